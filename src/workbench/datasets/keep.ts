/** From files and a preparation to a prepared data set that is kept: for the window's reading thread and for the terminal. */
import { existsSync } from 'node:fs';
import { readKept } from '../../datasets/kept.ts';
import { loadRaw, prepareRaw, SAMPLE, sampleFolder, type Loaded, type LoadOptions, type LoadProgress } from '../../datasets/load.ts';
import { rawOf } from '../../datasets/raw-dataset.ts';
import type { RawDataset } from '../../datasets/raw.ts';
import { areSameImages } from '../../datasets/same-images.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import { DatasetCache, signatureOf, type KeptRecord } from './cache.ts';
import type { ImagesFrom, KnownImages } from './reader-protocol.ts';

/** What could be read where some of it cannot. */
export type Part = Pick<KeptRecord, 'name' | 'train' | 'test' | 'problems'>;

export interface KeepRequest {
  from: ImagesFrom;
  preparation: PreparationSpec;
  /** Where data sets are kept. */
  folder: string;
  /** Folder with the bundled sample. */
  resources: string;
  /** Script that decodes images in threads of its own; undefined: the source file. */
  decoder?: string | undefined;
  onProgress: (progress: LoadProgress) => void;
  /** Asked before the part that can be read is used; does not resolve when it is not wanted without the rest. */
  accept: (part: Part) => Promise<void>;
}

export interface Kept {
  record: KeptRecord;
  /** Whether it had been read before. */
  known: boolean;
  /** Whether the files that it was read from are no longer there. */
  gone: boolean;
}

/** Throws an InputError when nothing can be read. */
export async function keepImages({ from, preparation, folder, resources, decoder, onProgress, accept }: KeepRequest): Promise<Kept> {
  const cache = new DatasetCache(folder);
  const paths = pathsOf(from, resources);
  const signature = paths && signatureOf(paths, (done) => onProgress({ stage: 'looking at the files', done, total: null }));
  const known = paths && cache.find(paths, preparation, signature);
  if (known) {
    const { gone, ...record } = known;
    if (record.problems.length > 0) await accept(record);
    return { record, known: true, gone };
  }
  const options: LoadOptions = { preparation, decoder, onProgress, resources };
  const { format, ...raw } = await readImages(from, options);
  const loaded: Loaded = { ...(await prepareRaw(raw, options)), format };
  const { dataset, problems } = loaded;
  if (problems.length > 0)
    await accept({ name: dataset.name, train: dataset.train.labels.length, test: dataset.test.labels.length, problems });
  onProgress({ stage: 'keeping the images', done: 0, total: null });
  return { record: cache.keep(loaded, paths && { paths, wanted: preparation, signature }), known: false, gone: false };
}

export const imagesPerClass = ({ trainPerClass, testPerClass }: Pick<KeptRecord, 'trainPerClass' | 'testPerClass'>): number[] =>
  trainPerClass.map((count, label) => count + (testPerClass[label] ?? 0));

/** Which of those that are here has the same images in another order; null when none has, or when it is known under its own name. */
export async function sameImages(record: KeptRecord, here: readonly KnownImages[], folder: string): Promise<string | null> {
  if (here.some(({ dataset }) => dataset === record.fingerprint)) return null;
  const cache = new DatasetCache(folder);
  const perClass = String(imagesPerClass(record));
  for (const { dataset, file, perClass: ofOther } of here) {
    // With other numbers they cannot be, and the files need not be read.
    if (String(ofOther) !== perClass) continue;
    if (existsSync(cache.path({ file })) && (await areSameImages(cache.path(record), cache.path({ file })))) return dataset;
  }
  return null;
}

/** Images as their files have them. */
export async function readImages(from: ImagesFrom, options: LoadOptions): Promise<RawDataset & { format: string }> {
  if (from.kind === 'kept') return { ...rawOf(await readKept(from.path, { checked: true })), format: from.format };
  return loadRaw(from.kind === 'sample' ? [SAMPLE] : from.paths, options);
}

function pathsOf(from: ImagesFrom, resources: string): string[] | null {
  if (from.kind === 'files') return from.paths;
  return from.kind === 'sample' ? [sampleFolder(resources)] : null;
}
