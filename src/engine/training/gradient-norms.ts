/** Gradient norms per layer and per capsule type: where they vanish on the way down, capsules stop learning. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerDescription } from '../../shared/describe.ts';
import type { LayerGradient } from '../../shared/results.ts';
import type { CapsNet } from '../network/capsnet.ts';

const total = (squares: ArrayLike<number>) => Math.sqrt(Array.from(squares).reduce((a, b) => a + b, 0));

/** Layers whose gradients are looked at: decoder layers are left out. */
export const layersOf = (net: CapsNet) => net.description.layers.filter(({ kind }) => kind !== 'dense');

/** The matrices or filters of a layer. */
export function weightOf(net: CapsNet, { name, kind }: Pick<LayerDescription, 'name' | 'kind'>): tf.Variable {
  const convolution = kind === 'conv' || kind === 'primary';
  return net.variables.get(`${name}${convolution ? '.conv' : ''}.weight`)!;
}

/** One tensor per layer: sums of squares of the gradient of its weights, per output channel or capsule type. `gradients` by tfjs variable name. */
export function gradientSquares(net: CapsNet, gradients: tf.NamedTensorMap): tf.Tensor1D[] {
  return layersOf(net).map((layer) => {
    const convolution = layer.kind === 'conv' || layer.kind === 'primary';
    const gradient = gradients[weightOf(net, layer).name]!;
    // (height, width, in, out), or (K, types, dim, inDim)
    return tf.tidy(() => tf.sum<tf.Tensor1D>(tf.square(gradient), convolution ? [0, 1, 2] : [0, 2, 3]));
  });
}

/** L2 norms of the gradients of every layer's weights, from the values of gradientSquares(). */
export function gradientNorms(net: CapsNet, squares: readonly Float32Array[]): LayerGradient[] {
  const { types, dim } = net.spec.primary;
  return layersOf(net).map(({ name, kind }, l) => {
    const ofLayer = squares[l]!;
    const norm = total(ofLayer);
    if (kind === 'conv') return { layer: name, norm, perType: [] };
    if (kind !== 'primary') return { layer: name, norm, perType: Array.from(ofLayer, Math.sqrt) };
    return { layer: name, norm, perType: Array.from({ length: types }, (_, n) => total(ofLayer.subarray(n * dim, (n + 1) * dim))) };
  });
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
