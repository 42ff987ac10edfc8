/** Loads a data set from wherever it lies. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset } from '../shared/dataset.ts';
import { assemble, type Limits } from './assemble.ts';
import { DatasetError, systemError } from './errors.ts';
import { readSource } from './formats/index.ts';
import { pathsSource } from './sources/paths.ts';
import type { Source, SourceFile } from './sources/source.ts';

/** The path that stands for the bundled sample. */
export const SAMPLE = 'sample';

export interface LoadOptions extends Limits {
  /** Folder with the bundled sample; a packaged app keeps its resources elsewhere. */
  resources?: string;
}

const resourcesFolder = fileURLToPath(new URL('../../resources/', import.meta.url));

/**
 * Loads the bundled sample of MNIST (`sample`), or a folder with the four IDX files of a data set.
 * Throws a DatasetError: one sentence that names the file, what is wrong with it and what was expected.
 */
export async function loadDataset(path: string, { resources = resourcesFolder, ...limits }: LoadOptions = {}): Promise<Dataset> {
  if (path === SAMPLE) return { ...(await loadFolder(join(resources, 'mnist-sample'), limits)), name: 'MNIST sample' };
  return loadFolder(path, limits);
}

async function loadFolder(path: string, limits: Limits): Promise<Dataset> {
  const info = await stat(path).catch((error: unknown) => {
    throw systemError(path, error);
  });
  if (!info.isDirectory()) throw new DatasetError(path, 'it is a file; expected a folder with the four IDX files of a data set');
  return loadPaths([path], limits);
}

/**
 * Loads one data set from files and folders that were given together. Throws a DatasetError.
 * @param onRead is told how many files have been read, of how many.
 */
export async function loadPaths(
  paths: readonly string[],
  limits: Limits = {},
  onRead: (done: number, total: number) => void = () => undefined,
): Promise<Dataset> {
  const source = counted(await pathsSource(paths), onRead);
  return assemble(await readSource(source), limits);
}

function counted(source: Source, onRead: (done: number, total: number) => void): Source {
  let done = 0;
  const read = (file: SourceFile) => async () => {
    const bytes = await file.read();
    onRead(++done, source.files.length);
    return bytes;
  };
  return { ...source, files: source.files.map((file) => ({ ...file, read: read(file) })) };
}
