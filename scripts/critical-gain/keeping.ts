/**
 * The gain at which capsules keep their length from layer to layer, found with a capsule kernel of the engine on random
 * matrices. Positions lie on a torus, so that every window is an inner one; the root mean square length of the children is held.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { CapsuleKernel, LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { readBack } from '../../src/engine/ops/read-back.ts';
import { sigmaForGain } from '../../src/shared/gain.ts';
import { randomStream } from '../../src/shared/random.ts';
import type { Squash } from '../../src/shared/spec/network.ts';

/** Layers of equal N and D under a square window. */
export interface Arrangement {
  squash: Squash;
  iterations: number;
  types: number;
  dim: number;
  window: number;
}

const BATCH = 2;
/** Different matrices; the layers use them in turn. */
const MATRICES = 6;
/** Layers after which the distribution of the lengths, and of the gain, no longer remembers the start. */
const SETTLING = 12;
const LAYERS = 40;
/** How far the gain moves against what a layer did to the length, both as logarithms. */
const STEP = 0.5;

/** Matrices of standard deviation 1, (K, N, D, D) each. */
export function drawMatrices({ types, dim, window }: Pick<Arrangement, 'types' | 'dim' | 'window'>, seed: number): tf.Tensor4D[] {
  const shape: [number, number, number, number] = [window ** 2 * types, types, dim, dim];
  const size = shape.reduce((a, b) => a * b);
  return Array.from({ length: MATRICES }, (_, m) => {
    const random = randomStream(seed, 'matrices', m);
    return tf.tensor4d(
      Float32Array.from({ length: size }, () => random.normal()),
      shape,
    );
  });
}

/** Random capsules of a batch of images. */
export function drawCapsules(arrangement: Arrangement, seed: number): Float32Array {
  const random = randomStream(seed, 'capsules');
  const { types, dim } = arrangement;
  return Float32Array.from({ length: BATCH * sideOf(arrangement) ** 2 * types * dim }, () => random.normal());
}

/** Positions along an edge of the torus; a window fits in. */
const sideOf = ({ window }: Arrangement) => Math.max(3, window);

/** The capsules of the layer above, of this gain, of such capsules with each image's times its scale. */
export async function parentsOf(
  capsules: Float32Array,
  scales: number[],
  gain: number,
  arrangement: Arrangement,
  kernel: CapsuleKernel,
  matrix: tf.Tensor4D,
): Promise<Float32Array> {
  const { squash, iterations, types, dim, window } = arrangement;
  const side = sideOf(arrangement);
  const padded = side + window - 1;
  const map = { inHeight: padded, inWidth: padded, inTypes: types, inDim: dim };
  const out = { outHeight: side, outWidth: side, outTypes: types, outDim: dim };
  const shape: LayerShape = {
    ...{ ...map, ...out, iterations, squash, batch: BATCH },
    ...{ kernelHeight: window, kernelWidth: window, stride: 1, padding: 0 },
  };
  // Votes are linear in the capsules: scaling these stands for matrices of another deviation.
  const sigma = sigmaForGain(shape, gain);
  const children = wrapped(
    capsules,
    side,
    padded,
    types * dim,
    scales.map((scale) => sigma * scale),
  );
  const [parents] = await readBack(() => {
    const u = tf.tensor5d(children, [BATCH, padded, padded, types, dim]);
    const { v, saved } = kernel.forward(u, matrix, undefined, shape);
    tf.dispose(saved);
    return [v];
  });
  return parents!.slice();
}

/** The gain with which capsules of this root mean square length are followed by capsules of the same length, on average over layers. */
export async function gainKeeping(
  length: number,
  arrangement: Arrangement,
  kernel: CapsuleKernel,
  matrices: readonly tf.Tensor4D[],
  seed: number,
): Promise<number> {
  const { dim } = arrangement;
  let capsules = drawCapsules(arrangement, seed);
  let logGain = 0;
  let sum = 0;
  for (let layer = 0; layer < LAYERS; layer++) {
    const scales = lengthsOf(capsules, dim).map((actual) => length / actual);
    capsules = await parentsOf(capsules, scales, Math.exp(logGain), arrangement, kernel, matrices[layer % matrices.length]!);
    const growth = lengthsOf(capsules, dim).map((actual) => Math.log(actual / length));
    logGain -= (STEP * growth.reduce((a, b) => a + b)) / BATCH;
    if (layer >= SETTLING) sum += logGain;
  }
  return Math.exp(sum / (LAYERS - SETTLING));
}

/** Root mean square length of the capsules of every image. Each is held by itself: of two held together, the longer one would take all. */
export function lengthsOf(capsules: Float32Array, dim: number): number[] {
  const size = capsules.length / BATCH;
  return Array.from({ length: BATCH }, (_, image) => {
    const own = capsules.subarray(image * size, (image + 1) * size);
    return Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / (size / dim));
  });
}

/** Maps of `side` × `side` positions continued on all sides to `padded` × `padded`, each times its scale. */
function wrapped(map: Float32Array, side: number, padded: number, channels: number, scales: number[]): Float32Array {
  const result = new Float32Array(BATCH * padded * padded * channels);
  let target = 0;
  for (let image = 0; image < BATCH; image++)
    for (let y = 0; y < padded; y++)
      for (let x = 0; x < padded; x++) {
        const from = ((image * side + (y % side)) * side + (x % side)) * channels;
        for (let c = 0; c < channels; c++) result[target++] = scales[image]! * map[from + c]!;
      }
  return result;
}
