/**
 * How decided routing is in one layer: entropy and spread of the coupling coefficients c of the last iteration
 * (Sabour et al. 2017, procedure 1). Undecided routing (entropy near 1) averages its votes and shortens its capsules.
 *
 * Zero padding puts children under a window that do not exist. Their coupling is uniform whatever the network does, so
 * they are left out.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { RoutingShape } from '../../shared/describe.ts';
import type { LayerCoupling } from '../../shared/results.ts';

/** Keeps 0 · log 0 at 0; the smallest normal float32. */
const SMALLEST_COUPLING = 1.2e-38;

/** Collects the coupling of one layer batch by batch. Reduces on the device; reads back two numbers per position and child. */
export class CouplingMeter {
  readonly #layer: string;
  readonly #parents: number;
  /** Per position of the parent and child k under it, whether the child exists. */
  readonly #exists: boolean[];
  #entropy = 0;
  #spread = 0;
  #children = 0;

  constructor(layer: string, shape: RoutingShape) {
    this.#layer = layer;
    this.#parents = shape.outTypes;
    this.#exists = existingChildren(shape);
  }

  /**
   * Entropy and spread of coupling coefficients (B · positions, K, N) of a batch, as couplingCoefficients() of the reference
   * kernel gives them, summed over the batch: (1, positions · K) each.
   */
  measure(coupling: tf.Tensor3D): [entropy: tf.Tensor2D, spread: tf.Tensor2D] {
    const [rows, children, parents] = coupling.shape;
    const cells = this.#exists.length;
    const batch = (rows * children) / cells;
    return tf.tidy(() => {
      const c = tf.reshape(coupling, [batch * cells, parents]);
      const ones: tf.Tensor2D = tf.ones([1, batch]);
      const overBatch = (values: tf.Tensor) => tf.matMul<tf.Tensor2D>(ones, tf.reshape(values, [batch, cells]));
      const entropies = tf.neg(tf.sum(tf.mul(c, tf.log(tf.maximum(c, SMALLEST_COUPLING))), 1));
      const deviations = tf.sqrt(tf.mean(tf.square(tf.sub(c, 1 / parents)), 1)); // c over parents has the mean 1 / parents
      return [overBatch(entropies), overBatch(deviations)];
    });
  }

  /** Adds a batch of images from the values of what measure() gives. */
  add(batch: number, [entropy, spread]: readonly Float32Array[]): void {
    for (const [cell, exists] of this.#exists.entries()) {
      if (!exists) continue;
      this.#entropy += entropy![cell]!;
      this.#spread += spread![cell]!;
      this.#children += batch;
    }
  }

  /** Means over all children, positions and images so far. With a single parent the entropy is 0: it takes all. */
  result(): LayerCoupling {
    const largestEntropy = this.#parents > 1 ? Math.log(this.#parents) : 1;
    return { layer: this.#layer, entropy: this.#entropy / this.#children / largestEntropy, spread: this.#spread / this.#children };
  }
}

/** (positions · K) row-major: false where child k of that position lies in the padding. */
function existingChildren(shape: RoutingShape): boolean[] {
  const { inHeight, inWidth, inTypes, outHeight, outWidth, kernelHeight, kernelWidth, stride, padding } = shape;
  const exists: boolean[] = [];
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++)
      for (let ky = 0; ky < kernelHeight; ky++)
        for (let kx = 0; kx < kernelWidth; kx++) {
          const [inY, inX] = [y * stride + ky - padding, x * stride + kx - padding];
          const inside = inY >= 0 && inY < inHeight && inX >= 0 && inX < inWidth;
          for (let type = 0; type < inTypes; type++) exists.push(inside);
        }
  return exists;
}
