/** Loads a data set from wherever it lies. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../shared/dataset.ts';
import type { PreparationSpec } from '../shared/spec/preparation.ts';
import type { ReadOptions } from './formats/reader.ts';
import { prepare, type Prepared } from './preparation/prepare.ts';
import type { RawDataset } from './raw.ts';
import { readPaths } from './read.ts';

/** The path that stands for the bundled sample. */
export const SAMPLE = 'sample';

export const sampleFolder = (resources: string): string => join(resources, 'mnist-sample');

const resourcesFolder = fileURLToPath(new URL('../../resources/', import.meta.url));

export interface LoadProgress {
  stage: string;
  /** Units depend on the stage; null: not known yet. */
  done: number;
  total: number | null;
}

export interface LoadOptions extends Omit<Partial<ReadOptions>, 'onProgress'> {
  preparation?: PreparationSpec | undefined;
  /** Told as often as there is something to tell. */
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Folder with the bundled sample; a packaged app keeps its resources elsewhere. */
  resources?: string | undefined;
}

export interface Loaded extends Prepared {
  /** As a person calls it, e.g. "IDX". */
  format: string;
}

/**
 * Loads one data set from files, folders and archives that were given together; `sample` is the bundled sample of MNIST.
 * Throws a DatasetError: one sentence that names the file, what is wrong with it and what was expected; or what `signal`
 * was aborted with.
 */
export async function loadPaths(paths: readonly string[], options: LoadOptions = {}): Promise<Loaded> {
  const { format, ...raw } = await loadRaw(paths, options);
  return { ...(await prepareRaw(raw, options)), format };
}

/** The same without preparing what was read. */
export async function loadRaw(paths: readonly string[], options: LoadOptions = {}): Promise<RawDataset & { format: string }> {
  const { resources = resourcesFolder, preparation, ...reading } = options;
  const sample = paths.length === 1 && paths[0] === SAMPLE;
  const raw = await readPaths(sample ? [sampleFolder(resources)] : paths, { ...reading, reading: reading.reading ?? preparation?.reading });
  return sample ? { ...raw, name: 'MNIST sample' } : raw;
}

export function prepareRaw(raw: RawDataset, { preparation, signal, limits, onProgress }: LoadOptions = {}): Promise<Prepared> {
  return prepare(raw, preparation, {
    signal,
    onProgress: (done, total) => onProgress?.({ stage: 'preparing images', done, total }),
    dataBytes: limits?.dataBytes,
  });
}

/** The data set alone, whatever was left out. */
export async function loadDataset(path: string, options: LoadOptions = {}): Promise<Dataset> {
  return (await loadPaths([path], options)).dataset;
}
