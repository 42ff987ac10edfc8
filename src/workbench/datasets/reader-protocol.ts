/** What the reading thread is given and what it says. */
import type { DatasetPreview, DatasetProblem } from '../../shared/contract/index.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import type { KeptRecord } from './cache.ts';

/** Where the images come from: the files that a person gave, or a data set as it was read from them. */
export type ImagesFrom = { kind: 'files'; paths: string[] } | { kind: 'kept'; path: string; format: string } | { kind: 'sample' };

export interface ReaderOptions {
  from: ImagesFrom;
  /** Folder with the bundled sample. */
  resources: string;
  /** Script that decodes images in threads of its own; undefined: the source file. */
  decoder: string | undefined;
}

/** Prepare a data set and keep it, or stay and answer previews. */
export type ReaderTask = ReaderOptions &
  (
    | {
        task: 'keep';
        preparation: PreparationSpec;
        /** Where it is to be kept. */
        folder: string;
        /** The data sets whose images are kept there already. */
        here: readonly KnownImages[];
      }
    | { task: 'preview'; /** What is wanted where the files leave it open. */ reading: PreparationSpec['reading'] }
  );

export interface KnownImages {
  dataset: string;
  file: string;
  /** Numbers of images, for training and testing together, in class order. */
  perClass: readonly number[];
}

export interface PreviewRequest {
  id: number;
  preparation: PreparationSpec;
  perClass: number;
  classes: number;
  seed: number;
}

export type ToReader = { type: 'accept' } | ({ type: 'preview' } & PreviewRequest);

export type FromReader =
  | { type: 'reading'; stage: string; done: number; total: number | null }
  /** Some of it cannot be read; waits for `accept`. */
  | { type: 'partial'; name: string; train: number; test: number; problems: DatasetProblem[] }
  /** `same`: fingerprint of a data set that has been here and is these images in another order; null when there is none. */
  | { type: 'kept'; record: KeptRecord; same: string | null }
  | { type: 'previewed'; id: number; preview: DatasetPreview }
  | { type: 'failed'; message: string };
