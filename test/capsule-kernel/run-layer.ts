import * as tf from '@tensorflow/tfjs-core';
import type { CapsuleKernel, LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { capsuleLayer } from '../../src/engine/ops/routing.ts';

interface Inputs {
  shape: LayerShape;
  u: Float32Array | number[];
  w: Float32Array | number[];
  dv: Float32Array | number[];
}

/** Runs a layer forward and backward as training does. */
export function runLayer(kernel: CapsuleKernel, { shape, u, w, dv }: Inputs): Record<'v' | 'du' | 'dw', Float32Array> {
  const { batch, inHeight, inWidth, inTypes, inDim, outHeight, outWidth, outTypes, outDim, kernelHeight, kernelWidth } = shape;
  let results!: Record<'v' | 'du' | 'dw', Float32Array>;
  tf.tidy(() => {
    const capsules = tf.tensor5d(u, [batch, inHeight, inWidth, inTypes, inDim]);
    const weights = tf.tensor4d(w, [kernelHeight * kernelWidth * inTypes, outTypes, outDim, inDim]);
    const gradient = tf.tensor5d(dv, [batch, outHeight, outWidth, outTypes, outDim]);
    const layer = (a: tf.Tensor, b: tf.Tensor) => capsuleLayer(a as tf.Tensor5D, b as tf.Tensor4D, shape, kernel);
    const { value, grads } = tf.valueAndGrads(layer)([capsules, weights], gradient);
    const [du, dw] = grads as [tf.Tensor, tf.Tensor];
    results = { v: values(value), du: values(du), dw: values(dw) };
  });
  return results;
}

const values = (tensor: tf.Tensor): Float32Array => (tensor.dataSync() as Float32Array).slice();
