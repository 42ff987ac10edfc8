/**
 * How active the capsule types of one layer are, over a set of images.
 *
 * The paper's measure (Sahu & Altahhan 2024) is the length of a type's mean vector: mean over positions and over the
 * images of a batch, then its length, then the mean over batches. Vectors that point in different directions cancel in
 * it, so three others stand beside it; see LayerActivity.
 */
import * as tf from '@tensorflow/tfjs-core';
import { isInactive } from '../../shared/inactive.ts';
import type { LayerActivity, RunAnalysis } from '../../shared/results.ts';
import type { Squash } from '../../shared/spec/network.ts';
import type { HostTensor } from '../../shared/weights.ts';

/** How many tensors activityOf() gives. */
export const ACTIVITY_TENSORS = 4;
/** The greatest float32 below 1: squash never reaches 1, but rounding does. */
const LONGEST = 1 - 2 ** -24;

/**
 * Means of the capsules (B, H, W, N, D), of their lengths and of their lengths before squash over positions and images, (1, N · D),
 * (1, N) and (1, N), and the longest of every map, (B, N).
 */
export function activityOf(
  vectors: tf.Tensor5D,
  squash: Squash,
): [meanVectors: tf.Tensor2D, meanLengths: tf.Tensor2D, longest: tf.Tensor2D, meanBefore: tf.Tensor2D] {
  const [batch, height, width, types, dim] = vectors.shape;
  const positions = height * width;
  return tf.tidy(() => {
    const rows = batch * positions;
    const averaging: tf.Tensor2D = tf.fill([1, rows], 1 / rows);
    const flat: tf.Tensor2D = tf.reshape(vectors, [rows, types * dim]);
    const lengths: tf.Tensor2D = tf.sqrt(tf.sum(tf.square(tf.reshape(vectors, [rows, types, dim])), 2));
    const longest: tf.Tensor2D = tf.max(tf.reshape(lengths, [batch, positions, types]), 1);
    return [tf.matMul(averaging, flat), tf.matMul(averaging, lengths), longest, tf.matMul(averaging, beforeSquash(lengths, squash))];
  });
}

/** The opposite of squash, for lengths: |v| = |s|² / (1 + |s|²), or 1 − e^−|s|. */
function beforeSquash(lengths: tf.Tensor2D, squash: Squash): tf.Tensor2D {
  const below: tf.Tensor2D = tf.minimum(lengths, LONGEST);
  const left: tf.Tensor2D = tf.sub(1, below);
  return squash === 'squash' ? tf.sqrt(tf.div<tf.Tensor2D>(below, left)) : tf.neg(tf.log(left));
}

/** Collects the activity of one layer batch by batch, of which the device hands over B·N + N·D + N numbers each. */
export class ActivityMeter {
  readonly #layer: string;
  readonly #threshold: number;
  #batches = 0;
  #images = 0;
  /** Per type: mean-vector lengths summed over batches, mean lengths summed over images. */
  #meanVector: number[] = [];
  #meanLength: number[] = [];
  #preSquash: number[] = [];
  /** (batch, types) each: the longest capsule of a type in the map of an image. */
  readonly #longest: Float32Array[] = [];

  /** `threshold`: the length above which a capsule counts as active in the activation rate. */
  constructor(layer: string, threshold: number) {
    this.#layer = layer;
    this.#threshold = threshold;
  }

  /** Adds a batch of images from the values of what activityOf() gives. */
  add([meanVectors, meanLengths, longest, meanBefore]: readonly Float32Array[]): void {
    const types = meanLengths!.length;
    const dim = meanVectors!.length / types;
    const batch = longest!.length / types;
    for (let type = 0; type < types; type++) {
      const vector = meanVectors!.subarray(type * dim, (type + 1) * dim);
      this.#meanVector[type] = (this.#meanVector[type] ?? 0) + Math.hypot(...vector);
      this.#meanLength[type] = (this.#meanLength[type] ?? 0) + batch * meanLengths![type]!;
      this.#preSquash[type] = (this.#preSquash[type] ?? 0) + batch * meanBefore![type]!;
    }
    this.#longest.push(longest!);
    this.#batches += 1;
    this.#images += batch;
  }

  /** Activity over all batches so far. */
  result(): LayerActivity {
    const lengths = this.imageLengths();
    return {
      layer: this.#layer,
      meanVector: this.#meanVector.map((sum) => sum / this.#batches),
      meanLength: this.#meanLength.map((sum) => sum / this.#images),
      maxLength: maxLengths(lengths),
      activationRate: activationRates(lengths, this.#threshold),
      preSquash: this.#preSquash.map((sum) => sum / this.#images),
    };
  }

  /** Length of the longest capsule of every type in the map of every image, (images, types): what any threshold can be applied to later. */
  imageLengths(): HostTensor {
    const types = this.#meanVector.length;
    const data = new Float32Array(this.#images * types);
    let offset = 0;
    for (const batch of this.#longest) {
      data.set(batch, offset);
      offset += batch.length;
    }
    return { shape: [this.#images, types], data };
  }
}

/** Per type, the greatest of the lengths (images, types). */
function maxLengths({ shape, data }: HostTensor): number[] {
  const types = shape[1]!;
  const max = new Array<number>(types).fill(0);
  for (const [i, length] of data.entries()) max[i % types] = Math.max(max[i % types]!, length);
  return max;
}

/** Per type, the share of images whose length is greater than the threshold. `lengths`: (images, types), as imageLengths() gives them. */
export function activationRates({ shape, data }: HostTensor, threshold: number): number[] {
  const [images, types] = shape as [number, number];
  const active = new Array<number>(types).fill(0);
  for (const [i, length] of data.entries()) if (length > threshold) active[i % types]! += 1;
  return active.map((count) => count / images);
}

/**
 * Dead capsule types per layer: never longer than the threshold on any image (Mitterreiter et al., AAAI 2023). Lengths are
 * rounded as they are where inactive types are counted, so that what is dead is inactive by every length.
 */
export function deadCapsules(activity: LayerActivity[], threshold: number): RunAnalysis['dead'] {
  return activity.map(({ layer, maxLength }) => ({
    layer,
    dead: maxLength.filter((length) => isInactive(length, threshold)).length,
    of: maxLength.length,
  }));
}
