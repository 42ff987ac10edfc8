/** The one form in which images reach the engine, whatever file they came from. */
import { InputError } from './input-error.ts';
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

/** How many of a class's training images are held out for validation. At least one stays. */
export const heldOutOf = (images: number, share: number): number => Math.min(Math.round(share * images), Math.max(0, images - 1));

/** Throws an InputError when a share of the training images is to be held out that is less than one image of every class. */
export function mustHoldOut(share: number, perClass: readonly number[]): void {
  if (share === 0 || perClass.length === 0 || perClass.some((images) => heldOutOf(images, share) > 0)) return;
  const all = perClass.reduce((sum, images) => sum + images, 0);
  throw new InputError(
    `a validation share of ${share} is less than one image of every class in ${all} training images; choose a larger share, or 0 for none`,
  );
}
