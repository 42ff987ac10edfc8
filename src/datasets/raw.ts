/** What a reader delivers: images and labels as the files hold them, before they are checked against each other and prepared. */
import type { Reading } from './readings.ts';

export interface ImageShape {
  height: number;
  width: number;
  channels: number;
}

/** Something that was left out, or that is worth knowing. */
export interface Problem {
  /** The file, as messages call it; null when it is about the data set as a whole. */
  file: string | null;
  /** One sentence that does not name the file again: what is wrong, where, and what was expected. */
  message: string;
}

/** Images that all have one size, in memory as one array. */
export interface UniformImages extends ImageShape {
  kind: 'uniform';
  /** How many images there are, as the file says; the number of labels may turn out to be another. */
  count: number;
  /** (count, height, width, channels), row-major. Floats are finite. Channels are colours or measurements, never an alpha channel. */
  values: Uint8Array | Uint16Array | Float32Array | Float64Array;
  /**
   * The values that mean black and white, the same for both splits; no value lies outside. Bytes: [0, 255]. 16 bits:
   * [0, 65535]. Floats: [0, 1], [-1, 1] or [0, 255], whichever is the first to hold them all, else their own extremes.
   */
  range: readonly [black: number, white: number];
}

/** One decoded image file, turned upright as its EXIF data ask for. */
export interface RawImage extends ImageShape {
  /** 1: grey, 2: grey and alpha, 3: RGB, 4: RGBA; more are measurements. Alpha is straight, not multiplied into the colours. */
  channels: number;
  /** (height, width, channels), row-major; white is 255 in a Uint8Array, 65535 in a Uint16Array. Floats are as they were measured, and finite. */
  pixels: Uint8Array | Uint16Array | Float32Array;
  /** How many pages or frames the file has, if several; this is the first. */
  pages?: number | undefined;
}

/** One image, or why it cannot be had. */
export type ReadImage = { index: number; image: RawImage } | { index: number; problem: Problem };

/** Images that are read one by one because each has a size of its own or is a file of its own. They are not held in memory. */
export interface SeparateImages {
  kind: 'separate';
  count: number;
  /**
   * Decodes on several threads and yields every image once, in the order that costs least, which need not be ascending:
   * go by `index`. An image that cannot be decoded comes as a problem, and reading goes on. Pixels are there until the
   * next image is asked for, whose may take their memory. At most a few hundred images are decoded ahead. May be called again. Throws what `signal` was aborted with; leaving the loop stops the decoding.
   * @param indices only these, each once; by default all.
   * @param reduce whether images of very many pixels may come smaller, in their proportions.
   */
  read: (options?: {
    indices?: ArrayLike<number> | undefined;
    reduce?: boolean | undefined;
    signal?: AbortSignal | undefined;
  }) => AsyncIterable<ReadImage>;
}

/**
 * Images of arrays that are too large to be held: of one size and range, as bytes between black and white, and read piece by
 * piece. `read` is that of separate images, but in ascending order and one at a time.
 */
export interface StreamedImages extends ImageShape, Pick<SeparateImages, 'read'>, Pick<UniformImages, 'count' | 'range'> {
  kind: 'streamed';
}

export type RawImages = UniformImages | StreamedImages | SeparateImages;

export interface RawSplit {
  images: RawImages;
  /** Class index of each image, from 0. */
  labels: Uint16Array;
  /** File or files that the images and labels came from, for messages. */
  from: {
    images: string;
    labels: string;
    /** What in it holds the labels, where it does not say so itself, e.g. "the first column". */
    column?: string;
    /** Where each image is a line of a table: "the 784 values of each line". */
    row?: string;
  };
}

export interface RawDataset {
  name: string;
  /** Class names, where the files tell them; the label is the index. May name more classes than occur. */
  classes?: string[];
  train: RawSplit;
  /** Null where the source does not divide its images; `train` then holds all of them. */
  test: RawSplit | null;
  /** What was left out, and why. Images that turn out to be damaged only when they are decoded come later, from `read`. */
  problems: Problem[];
  /** What could be read otherwise. */
  readings?: Reading[];
  /** Files that say something of the images and are no data set themselves, as messages call them. */
  consulted?: readonly string[];
}
