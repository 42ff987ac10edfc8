/** The one form in which images reach the engine, whatever file they came from. */
import type { InputShape } from './spec/network.ts';

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
  /** Hex SHA-256 over shape, classes, images and labels: the identity under which runs remember their data. */
  fingerprint: string;
}

export function inputShape(dataset: Dataset): InputShape {
  return { ...dataset.shape, classes: dataset.classes.length };
}
