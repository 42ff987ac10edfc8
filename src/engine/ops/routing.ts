/** One capsule layer with routing by agreement as a differentiable tf op over any kernel. */
import type * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './gradient.ts';
import type { CapsuleKernel, LayerShape } from './capsule-kernel.ts';

/**
 * Capsules of a layer from the capsules below.
 * u: (batch, inHeight, inWidth, inTypes, inDim), w: (K, outTypes, outDim, inDim); result: (batch, outHeight, outWidth, outTypes, outDim).
 * Gradients flow through all routing iterations.
 */
export function capsuleLayer(u: tf.Tensor5D, w: tf.Tensor4D, shape: LayerShape, kernel: CapsuleKernel): tf.Tensor5D {
  return withGradient([u, w], {
    forward: () => {
      const { v, saved } = kernel.forward(u, w, shape);
      return { value: v, saved: [u, w, ...saved] };
    },
    backward: (dv, [savedU, savedW, ...rest]) => {
      const { du, dw } = kernel.backward(dv, savedU!, savedW!, rest, shape);
      return [du, dw];
    },
  }) as tf.Tensor5D;
}
