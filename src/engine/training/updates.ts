/** How large the weights of a layer are, and how much of them one step changes: Adam takes full steps in a network without gradient. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerUpdate } from '../../shared/results.ts';
import type { CapsNet } from '../network/capsnet.ts';
import { layersOf, weightOf } from './gradient-norms.ts';

/** Copies of the weights of every layer; kernels change the originals in place. */
export function copyWeights(net: CapsNet): tf.Tensor[] {
  return layersOf(net).map((layer) => tf.add(weightOf(net, layer), 0));
}

/** (layers, 2): sums of squares of the weights, and of their differences to the copies, which are disposed of. */
export function updateSquares(net: CapsNet, before: readonly tf.Tensor[]): tf.Tensor2D {
  const squares = tf.tidy(() => {
    const square = (tensor: tf.Tensor) => tf.sum(tf.square(tensor));
    const pairs = layersOf(net).map((layer, l) => {
      const after = weightOf(net, layer);
      return tf.stack([square(after), square(tf.sub(after, before[l]!))]);
    });
    return tf.stack(pairs) as tf.Tensor2D;
  });
  tf.dispose([...before]);
  return squares;
}

/** `sum` plus the norms of a step, from the values of updateSquares(). */
export function addUpdates(net: CapsNet, sum: LayerUpdate[] | null, squares: Float32Array): LayerUpdate[] {
  return layersOf(net).map(({ name }, l) => ({
    layer: name,
    norm: (sum?.[l]!.norm ?? 0) + Math.sqrt(squares[2 * l]!),
    update: (sum?.[l]!.update ?? 0) + Math.sqrt(squares[2 * l + 1]!),
  }));
}

export function meanUpdates(sum: LayerUpdate[] | null, samples: number): LayerUpdate[] {
  return (sum ?? []).map(({ layer, norm, update }) => ({ layer, norm: norm / samples, update: update / samples }));
}
