/** Data sets: opening, looking at, splitting. */
import { z } from 'zod';
import type { InputShape } from '../spec/network.ts';
import { Fingerprint, Path, TaskId } from './common.ts';
import { method } from './method.ts';

/** How the images are divided: as the data say, or anew, each class in the same proportion. */
export const SplitSpec = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('own') }),
  z.strictObject({
    kind: z.literal('fraction'),
    /** Share of all images that are for testing. */
    test: z.number().gt(0).lt(1),
    seed: z.int().min(0).max(0xffff_ffff).default(1),
  }),
]);
export type SplitSpec = z.infer<typeof SplitSpec>;

export interface DatasetSummary {
  /** Its identity, which runs refer to. */
  fingerprint: string;
  name: string;
  input: InputShape;
  /** Names. */
  classes: string[];
  /** Numbers of images. */
  train: number;
  test: number;
  /** Images per class, in class order; empty when the images are not here. */
  trainPerClass: number[];
  testPerClass: number[];
  split: SplitSpec;
  limits: DatasetLimits;
  /** Where it was read from; null for the bundled sample and for those that came with an imported run. */
  source: string | null;
  bundled: boolean;
  /** False: only known from a run; open the files again to train on it. */
  available: boolean;
  /** Bytes of its images in Capscope's own folder. */
  bytes: number;
  /** Number of runs on it, deleted ones not counted. */
  runs: number;
  /** ISO 8601; null when it was never opened here. */
  opened: string | null;
}

/** At most so many images, the first of each class in turn; null: all. */
export const DatasetLimits = z.strictObject({
  train: z.int().min(1).nullable().default(null),
  test: z.int().min(1).nullable().default(null),
});
export type DatasetLimits = z.infer<typeof DatasetLimits>;

export type OpenedDataset =
  | {
      status: 'opened';
      dataset: DatasetSummary;
      /** It was here already, under this fingerprint. */
      known: boolean;
      /** Things worth knowing, one sentence each. */
      notes: string[];
    }
  | { status: 'cancelled' }
  /** One sentence per file or folder that is the reason. */
  | { status: 'failed'; problems: { file: string | null; message: string }[] };

export interface DatasetImage {
  /** In its split. */
  index: number;
  label: number;
  /** (height, width, channels), row-major; 0 is black. */
  pixels: Uint8Array;
}

const split = z.enum(['train', 'test']);

export const datasetMethods = {
  /** All that are known, most recently opened first. The bundled sample is always among them. */
  'datasets.list': method<DatasetSummary[]>()(),
  /** Reads files, folders or archives as one data set, off the main thread. Progress comes as `reading` events of this task. */
  'datasets.open': method<OpenedDataset>()(z.strictObject({ task: TaskId, paths: z.array(Path).min(1).max(100_000) })),
  /** Cancels `datasets.open`; nothing when it has ended. */
  'datasets.cancel': method<null>()(z.strictObject({ task: TaskId })),
  /** The same images divided otherwise, or fewer of them: another data set beside the first, without copying its images. */
  'datasets.derive': method<DatasetSummary>()(
    z.strictObject({
      fingerprint: Fingerprint,
      name: z.string().trim().min(1).max(200).optional(),
      split: SplitSpec.default({ kind: 'own' }),
      limits: DatasetLimits.prefault({}),
    }),
  ),
  'datasets.rename': method<DatasetSummary>()(z.strictObject({ fingerprint: Fingerprint, name: z.string().trim().min(1).max(200) })),
  /** Forgets the images. While runs refer to it, the data set itself stays, with `available` false. */
  'datasets.remove': method<null>()(z.strictObject({ fingerprint: Fingerprint })),
  /** Random images, of one class or of all; the same for the same seed. */
  'datasets.samples': method<DatasetImage[]>()(
    z.strictObject({
      fingerprint: Fingerprint,
      split: split.default('train'),
      class: z.int().min(0).nullable().default(null),
      count: z.int().min(1).max(1000).default(20),
      seed: z.int().min(0).max(0xffff_ffff).default(1),
    }),
  ),
  /** These images, in this order. */
  'datasets.images': method<DatasetImage[]>()(
    z.strictObject({ fingerprint: Fingerprint, split, indices: z.array(z.int().min(0)).min(1).max(1000) }),
  ),
};
