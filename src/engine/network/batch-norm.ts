/**
 * Batch normalisation followed by ReLU as one op with a closed-form gradient (Ioffe & Szegedy 2015), with PyTorch's
 * constants.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../gradient.ts';
import type { BatchNormKernel } from '../kernels/kernels.ts';

export const BATCH_NORM_EPSILON = 1e-5;
/** Share by which running statistics move towards those of a batch. */
export const BATCH_NORM_MOMENTUM = 0.1;

/** In training: mean and variance are those of x (B, H, W, C), as the kernel's moments() tells them, and gradients flow through them. */
export function batchNormRelu(
  x: tf.Tensor4D,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { mean, variance }: { mean: tf.Tensor; variance: tf.Tensor },
  kernel: BatchNormKernel,
): tf.Tensor4D {
  return withGradient([x, gamma, beta], {
    forward: () => {
      const value = kernel.forward(x, gamma, beta, mean, variance);
      return { value, saved: [x, value, gamma, mean, variance] };
    },
    backward: (dy, [savedX, y, savedGamma, savedMean, savedVariance]) => {
      const saved = { x: savedX!, y: y!, gamma: savedGamma!, mean: savedMean!, variance: savedVariance! };
      const { dx, dgamma, dbeta } = kernel.backward(dy, saved);
      return [dx, dgamma, dbeta];
    },
  }) as tf.Tensor4D;
}
