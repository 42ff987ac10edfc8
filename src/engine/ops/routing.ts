/** One capsule layer with routing by agreement as a differentiable tf op over any kernel. */
import type * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './gradient.ts';
import type { CapsuleKernel, LayerShape } from './capsule-kernel.ts';

export interface CapsuleParameters {
  /** (K, outTypes, outDim, inDim) */
  weight: tf.Tensor4D;
  /** (outTypes, outDim) */
  bias: tf.Tensor2D | undefined;
}

/**
 * Capsules of a layer, (batch, outHeight, outWidth, outTypes, outDim), from the capsules below, (batch, inHeight, inWidth,
 * inTypes, inDim). Gradients flow through all routing iterations.
 */
export function capsuleLayer(u: tf.Tensor5D, { weight, bias }: CapsuleParameters, shape: LayerShape, kernel: CapsuleKernel): tf.Tensor5D {
  const inputs = bias ? [u, weight, bias] : [u, weight];
  return withGradient(inputs, {
    forward: () => {
      const { v, saved } = kernel.forward(u, weight, bias, shape);
      return { value: v, saved: [...inputs, ...saved] };
    },
    backward: (dv, kept) => {
      const [savedU, w, savedBias] = kept.slice(0, inputs.length);
      const { du, dw, dbias } = kernel.backward(dv, { u: savedU!, w: w!, bias: savedBias }, kept.slice(inputs.length), shape);
      return dbias ? [du, dw, dbias] : [du, dw];
    },
  }) as tf.Tensor5D;
}
