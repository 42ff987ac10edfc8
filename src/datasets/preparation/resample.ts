/**
 * Resizing as Pillow's BILINEAR does it, to the last bit: a triangle filter whose support grows with the scale, so that
 * smaller images do not alias; columns first, then rows, both in fixed point. The same everywhere, whatever the machine
 * and whatever the image came from, so that a data set has one fingerprint.
 */
import type { ImageShape } from '../raw.ts';

/** Bits after the point. */
export const PRECISION = 22;
export const HALF = 2 ** (PRECISION - 1);

/** For every output pixel of an axis the first input pixel that it takes part of, how many, and their weights. */
export interface Axis {
  size: number;
  first: Int32Array;
  count: Int32Array;
  /** (size, widest), row-major. */
  weights: Int32Array;
  widest: number;
}

/** The part [start, end) of an axis of `length` pixels, resized to `size`. Fractions of pixels are allowed. */
export function axis(length: number, start: number, end: number, size: number): Axis {
  const scale = (end - start) / size;
  const support = Math.max(scale, 1);
  const widest = Math.ceil(support) * 2 + 1;
  const result = { size, first: new Int32Array(size), count: new Int32Array(size), weights: new Int32Array(size * widest), widest };
  const weights = new Float64Array(widest);
  for (let out = 0; out < size; out++) {
    const centre = start + (out + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(length, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      weights[i] = Math.max(0, 1 - Math.abs((i + first - centre + 0.5) / support));
      sum += weights[i]!;
    }
    result.first[out] = first;
    result.count[out] = count;
    for (let i = 0; i < count; i++) result.weights[out * widest + i] = Math.trunc(0.5 + (weights[i]! / sum) * 2 ** PRECISION);
  }
  return result;
}

export interface Size {
  height: number;
  width: number;
}

/** A rectangle of an image, in pixels; fractions are allowed. */
export interface Box {
  top: number;
  left: number;
  bottom: number;
  right: number;
}

/** Resizes images of one shape to one size; what follows from these is worked out once. */
export class Resampler {
  readonly #from: ImageShape;
  readonly #columns: Axis;
  readonly #rows: Axis;
  /** Between the two passes. */
  readonly #between: Uint8Array;

  /** @param box the part of the image to take. */
  constructor(from: ImageShape, to: Size, box: Box) {
    this.#from = from;
    this.#columns = axis(from.width, box.left, box.right, to.width);
    this.#rows = axis(from.height, box.top, box.bottom, to.height);
    this.#between = new Uint8Array(from.height * to.width * from.channels);
  }

  /** (height, width, channels) of the input's shape → a new image of the wanted size. */
  resize(pixels: Uint8Array): Uint8Array {
    const { height, channels } = this.#from;
    const { size: width } = this.#columns;
    const result = new Uint8Array(this.#rows.size * width * channels);
    this.#alongColumns(pixels, height);
    this.#alongRows(result, width * channels);
    return result;
  }

  #alongColumns(pixels: Uint8Array, height: number): void {
    const { width, channels } = this.#from;
    const { size, first, count, weights, widest } = this.#columns;
    const between = this.#between;
    for (let y = 0, out = 0; y < height; y++)
      for (let x = 0; x < size; x++) {
        const at = (y * width + first[x]!) * channels;
        const taps = count[x]!;
        for (let c = 0; c < channels; c++, out++) {
          let sum = HALF;
          for (let i = 0; i < taps; i++) sum = (sum + Math.imul(pixels[at + i * channels + c]!, weights[x * widest + i]!)) | 0;
          between[out] = clip(sum);
        }
      }
  }

  #alongRows(result: Uint8Array, rowLength: number): void {
    const { size, first, count, weights, widest } = this.#rows;
    const between = this.#between;
    for (let y = 0, out = 0; y < size; y++) {
      const at = first[y]! * rowLength;
      const taps = count[y]!;
      for (let x = 0; x < rowLength; x++, out++) {
        let sum = HALF;
        for (let i = 0; i < taps; i++) sum = (sum + Math.imul(between[at + i * rowLength + x]!, weights[y * widest + i]!)) | 0;
        result[out] = clip(sum);
      }
    }
  }
}

/** A triangle filter has no negative lobes, but its rounded weights may add up to a little more than one. */
const clip = (sum: number): number => Math.min(255, sum >> PRECISION);
