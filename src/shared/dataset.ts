/** The one form in which images reach the engine, whatever file they came from. */
import type { InputShape } from './spec/network.ts';
import type { PreparationSpec, Standardisation } from './spec/preparation.ts';

/** Images of one split, row-major (count, height, width, channels), one byte each; value / 255 is the intensity in [0, 1]. */
export interface Split {
  images: Uint8Array;
  /** Class index of each image. */
  labels: Uint16Array;
}

export interface Dataset {
  name: string;
  shape: Omit<InputShape, 'classes'>;
  /** Class names; their count is the number of classes. */
  classes: string[];
  train: Split;
  test: Split;
  /** What was made of the images before they became these; absent: nothing. */
  preparation?: PreparationSpec | undefined;
  /** What is still to be done where the bytes become numbers; absent: intensities in [0, 1] are what networks get. */
  standardisation?: Standardisation | undefined;
  /** Indices of the training images that are trained on and that are not, ascending; absent: all are. See engine/training/validation.ts. */
  heldOut?: { training: Uint32Array; validation: Uint32Array } | undefined;
  /** Hex SHA-256 over shape, classes, images, labels and standardisation: the identity under which runs remember their data. */
  fingerprint: string;
}

/** The number of images that are trained on. */
export function trainingImages({ train, heldOut }: Pick<Dataset, 'train' | 'heldOut'>): number {
  return heldOut ? heldOut.training.length : train.labels.length;
}

/** Whole batches only, so that every step has the same statistics. A split smaller than a batch is one batch. */
export function stepsPerEpoch(images: number, batch: number): number {
  return Math.max(1, Math.floor(images / batch));
}

export function inputShape(dataset: Dataset): InputShape {
  return { ...dataset.shape, classes: dataset.classes.length };
}
