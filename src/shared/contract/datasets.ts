/** Data sets: opening, looking at, splitting. */
import { z } from 'zod';
import type { InputShape } from '../spec/network.ts';
import { PreparationSpec, type Standardisation } from '../spec/preparation.ts';
import { Fingerprint, Path, TaskId } from './common.ts';
import { method } from './method.ts';

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
  /** What was made of the images as they lie in their files. */
  preparation: PreparationSpec;
  /** Of the training images; null: networks get intensities in [0, 1]. */
  standardisation: Standardisation | null;
  /** As a person calls the format of its files; null when that is not known. */
  format: string | null;
  /** Number of files that were left out because they could not be read. */
  leftOut: number;
  /** What its files leave open, what was taken, and what else fits. */
  readings: DatasetReading[];
  /** Whether it can be prepared otherwise: its images are here as they were read, or its files are where they were. */
  preparable: boolean;
  /** Where it was read from; null for the bundled sample and for those that came with an imported run. */
  source: string | null;
  /** The files and folders of it, as a study file names them; empty for the same. */
  paths: string[];
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

/** Something that files leave open. */
export interface DatasetReading {
  /** What is open, e.g. "classes". */
  about: string;
  /** Name of the option that was taken. */
  taken: string;
  options: { name: string; label: string }[];
}

/** Something that was left out. */
export interface DatasetProblem {
  /** File or folder; null when it is about the data set as a whole. */
  file: string | null;
  /** One sentence. */
  message: string;
}

export type OpenedDataset =
  | {
      status: 'opened';
      dataset: DatasetSummary;
      /** It was here already, under this fingerprint. */
      known: boolean;
      /** Things worth knowing, one sentence each. */
      notes: string[];
    }
  /** Some of it cannot be read. Nothing is kept before `datasets.accept` says that the rest is wanted, or `datasets.cancel` that it is not. */
  | {
      status: 'partial';
      name: string;
      /** Numbers of images that can be read. */
      train: number;
      test: number;
      /** The first thousand, and how many there are. */
      problems: DatasetProblem[];
      leftOut: number;
    }
  | { status: 'cancelled' }
  /** One sentence per file or folder that is the reason. */
  | { status: 'failed'; problems: DatasetProblem[] };

/** An image of the data set as its files have it, and what a preparation makes of it. */
export interface PreviewedImage {
  /** Name of its class. */
  class: string;
  before: { height: number; width: number; channels: number; pixels: Uint8Array };
  /** Null when its class is left out. */
  after: Uint8Array | null;
}

export type DatasetPreview =
  | {
      ok: true;
      /** Class names of the data set as its files have it. */
      classes: string[];
      /** Images per class in training and in testing, after the preparation; of the classes that it keeps, by name. */
      counts: { class: string; train: number; test: number }[];
      /** Of `after`. */
      shape: { height: number; width: number; channels: number };
      images: PreviewedImage[];
      notes: string[];
      readings: DatasetReading[];
    }
  /** Why the preparation is not possible, in one sentence. */
  | { ok: false; message: string };

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
  'datasets.open': method<OpenedDataset>()(
    z.strictObject({ task: TaskId, paths: z.array(Path).min(1).max(100_000), preparation: PreparationSpec.prefault({}) }),
  ),
  /** Goes on with what `datasets.open` or `datasets.prepare` could read, after it has said `partial`. */
  'datasets.accept': method<OpenedDataset>()(z.strictObject({ task: TaskId })),
  /** Cancels `datasets.open` and `datasets.prepare`, also after they have said `partial`; nothing when they have ended. */
  'datasets.cancel': method<null>()(z.strictObject({ task: TaskId })),
  /** The same images prepared otherwise: another data set beside the first. The preparation is of the images as their files have them. */
  'datasets.prepare': method<OpenedDataset>()(
    z.strictObject({
      task: TaskId,
      fingerprint: Fingerprint,
      name: z.string().trim().min(1).max(200).optional(),
      preparation: PreparationSpec,
    }),
  ),
  /** What a preparation would make of some images of every class; the same images for the same seed. */
  'datasets.preview': method<DatasetPreview>()(
    z.strictObject({
      fingerprint: Fingerprint,
      preparation: PreparationSpec,
      perClass: z.int().min(1).max(20).default(4),
      /** At most so many classes are shown. */
      classes: z.int().min(1).max(200).default(20),
      seed: z.int().min(0).max(0xffff_ffff).default(1),
    }),
  ),
  'datasets.rename': method<DatasetSummary>()(z.strictObject({ fingerprint: Fingerprint, name: z.string().trim().min(1).max(200) })),
  /** Forgets the images. While runs refer to it, the data set itself stays, with `available` false. */
  'datasets.remove': method<null>()(z.strictObject({ fingerprint: Fingerprint })),
  /** Takes `datasets.remove` back, within a minute of it. */
  'datasets.restore': method<DatasetSummary>()(z.strictObject({ fingerprint: Fingerprint })),
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
