/**
 * How decided routing is in one layer: entropy and spread of the coupling coefficients c of the last iteration
 * (Sabour et al. 2017, procedure 1). Undecided routing (entropy near 1) averages its votes and shortens its capsules.
 *
 * Decided routing may still send every image the same way, which is no routing at all. So there is a third measure, how much
 * couplings differ between images: the standard deviation of c over images, its mean over positions, children and parents.
 *
 * Zero padding puts children under a window that do not exist. Their coupling is uniform whatever the network does, so
 * they are left out.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { RoutingShape } from '../../shared/describe.ts';
import type { LayerCoupling } from '../../shared/results.ts';

/** Keeps 0 · log 0 at 0; the smallest normal float32. */
const SMALLEST_COUPLING = 1.2e-38;

/** How many tensors measure() gives. */
export const COUPLING_TENSORS = 4;

/** Collects the coupling of one layer batch by batch. Sums up over images on the device. */
export class CouplingMeter {
  readonly #layer: string;
  readonly #parents: number;
  /** Per position of the parent and child k under it, whether the child exists. */
  readonly #exists: boolean[];
  #entropy = 0;
  #spread = 0;
  #children = 0;
  #images = 0;
  /** (positions · K · N): sums of c and of its squares over images. */
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;

  constructor(layer: string, shape: RoutingShape) {
    this.#layer = layer;
    this.#parents = shape.outTypes;
    this.#exists = existingChildren(shape);
    this.#sums = new Float64Array(this.#exists.length * shape.outTypes);
    this.#squares = new Float64Array(this.#sums.length);
  }

  /**
   * Entropy and spread of coupling coefficients (B · positions, K, N) of a batch, as couplingCoefficients() of the reference
   * kernel gives them, summed over the batch: (1, positions · K) each. Then the sums of c and of its squares: (1, positions · K · N).
   */
  measure(coupling: tf.Tensor3D): [entropy: tf.Tensor2D, spread: tf.Tensor2D, sums: tf.Tensor2D, squares: tf.Tensor2D] {
    const [rows, children, parents] = coupling.shape;
    const cells = this.#exists.length;
    const batch = (rows * children) / cells;
    return tf.tidy(() => {
      const c = tf.reshape(coupling, [batch * cells, parents]);
      const ones: tf.Tensor2D = tf.ones([1, batch]);
      const overBatch = (values: tf.Tensor) => tf.matMul<tf.Tensor2D>(ones, tf.reshape(values, [batch, values.size / batch]));
      const entropies = tf.neg(tf.sum(tf.mul(c, tf.log(tf.maximum(c, SMALLEST_COUPLING))), 1));
      const deviations = tf.sqrt(tf.mean(tf.square(tf.sub(c, 1 / parents)), 1)); // c over parents has the mean 1 / parents
      return [overBatch(entropies), overBatch(deviations), overBatch(c), overBatch(tf.square(c))];
    });
  }

  /** Adds a batch of images from the values of what measure() gives. */
  add(batch: number, [entropy, spread, sums, squares]: readonly Float32Array[]): void {
    this.#images += batch;
    for (const [i, sum] of sums!.entries()) {
      this.#sums[i]! += sum;
      this.#squares[i]! += squares![i]!;
    }
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
    const [layer, entropy, spread] = [this.#layer, this.#entropy / this.#children / largestEntropy, this.#spread / this.#children];
    return { layer, entropy, spread, betweenImages: this.#betweenImages() };
  }

  #betweenImages(): number {
    let [deviations, couplings] = [0, 0];
    for (const [i, sum] of this.#sums.entries()) {
      if (!this.#exists[Math.floor(i / this.#parents)]) continue;
      const mean = sum / this.#images;
      deviations += Math.sqrt(Math.max(0, this.#squares[i]! / this.#images - mean ** 2));
      couplings += 1;
    }
    return deviations / couplings;
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
