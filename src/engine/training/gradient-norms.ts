/** Gradient norms per layer and per capsule type: where they vanish on the way down, capsules stop learning. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerGradient } from '../../shared/results.ts';
import type { CapsNet } from '../network/capsnet.ts';

const sumSquares = (gradient: tf.Tensor, axes: number[]) => tf.tidy(() => tf.sum(tf.square(gradient), axes).dataSync());
const total = (squares: ArrayLike<number>) => Math.sqrt(Array.from(squares).reduce((a, b) => a + b, 0));

/** L2 norms of the gradients of every layer's weights; decoder layers are left out. `gradients` by tfjs variable name. */
export function gradientNorms(net: CapsNet, gradients: tf.NamedTensorMap): LayerGradient[] {
  const gradientOf = (parameter: string) => gradients[net.variables.get(parameter)!.name]!;
  const norms: LayerGradient[] = [];
  for (const { name, kind } of net.description.layers) {
    if (kind === 'dense') continue;
    if (kind === 'conv' || kind === 'primary') {
      // (height, width, in, out): squares per output channel
      const squares = sumSquares(gradientOf(`${name}.conv.weight`), [0, 1, 2]);
      const { types, dim } = net.spec.primary;
      const ofType = (type: number) => total(squares.subarray(type * dim, (type + 1) * dim));
      norms.push({ layer: name, norm: total(squares), perType: kind === 'conv' ? [] : Array.from({ length: types }, (_, n) => ofType(n)) });
    } else {
      const squares = sumSquares(gradientOf(`${name}.weight`), [0, 2, 3]); // (K, types, dim, inDim)
      norms.push({ layer: name, norm: total(squares), perType: Array.from(squares, Math.sqrt) });
    }
  }
  return norms;
}

/** Adds `addend` to `sum`, layer by layer; a null sum is zero. */
export function addNorms(sum: LayerGradient[] | null, addend: LayerGradient[]): LayerGradient[] {
  if (!sum) return addend;
  return sum.map(({ layer, norm, perType }, l) => ({
    layer,
    norm: norm + addend[l]!.norm,
    perType: perType.map((value, n) => value + addend[l]!.perType[n]!),
  }));
}

/** Divides all norms by `count`. */
export function scaleNorms(norms: LayerGradient[], count: number): LayerGradient[] {
  return norms.map(({ layer, norm, perType }) => ({ layer, norm: norm / count, perType: perType.map((value) => value / count) }));
}
