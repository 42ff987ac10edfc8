import * as tf from '@tensorflow/tfjs-core';
import type { CapsuleKernel, LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { capsuleLayer } from '../../src/engine/ops/routing.ts';

type Values = Float32Array | number[];

interface Inputs {
  shape: LayerShape;
  u: Values;
  w: Values;
  bias?: Values | undefined;
  dv: Values;
}

/** v, du, dw and, with a bias, dbias of a layer that is run forward and backward as training does. Tensors: the caller tidies. */
export function layerResults(kernel: CapsuleKernel, { shape, u, w, bias, dv }: Inputs): tf.Tensor[] {
  const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim, kernelHeight, kernelWidth } = shape;
  const capsules = tf.tensor5d(u, [batch, inHeight, inWidth, inTypes, inDim]);
  const weights = tf.tensor4d(w, [kernelHeight * kernelWidth * inTypes, outTypes, outDim, inDim]);
  const gradient = tf.tensor5d(dv, [batch, outHeight, outWidth, outTypes, outDim]);
  const layer = (below: tf.Tensor, weight: tf.Tensor, ofTypes?: tf.Tensor) =>
    capsuleLayer(below as tf.Tensor5D, { weight: weight as tf.Tensor4D, bias: ofTypes as tf.Tensor2D | undefined }, shape, kernel);
  const inputs = [capsules, weights, ...(bias ? [tf.tensor2d(bias, [outTypes, outDim])] : [])];
  const { value, grads } = tf.valueAndGrads(layer)(inputs, gradient);
  return [value, ...grads];
}

/** The values of layerResults() by name. */
export function runLayer(kernel: CapsuleKernel, inputs: Inputs): Record<'v' | 'du' | 'dw', Float32Array> & { dbias?: Float32Array } {
  let results: Float32Array[] = [];
  tf.tidy(() => {
    results = layerResults(kernel, inputs).map((tensor) => (tensor.dataSync() as Float32Array).slice());
  });
  const [v, du, dw, dbias] = results as [Float32Array, Float32Array, Float32Array, Float32Array?];
  return { v, du, dw, ...(dbias && { dbias }) };
}
