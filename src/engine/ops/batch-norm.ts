/**
 * Batch normalisation followed by ReLU as one op with a closed-form gradient (Ioffe & Szegedy 2015), with PyTorch's
 * constants.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './gradient.ts';
import type { BatchNormKernel } from './kernels.ts';

export const BATCH_NORM_EPSILON = 1e-5;
/** Share by which running statistics move towards those of a batch. */
export const BATCH_NORM_MOMENTUM = 0.1;

interface Moments {
  mean: tf.Tensor;
  variance: tf.Tensor;
}

/** In training: mean and variance are those of x (B, H, W, C), as the kernel's moments() tells them, and gradients flow through them. */
export function batchNormRelu(
  x: tf.Tensor4D,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { mean, variance }: Moments,
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

/** In use: mean and variance are running statistics, constants to the gradient. */
export function normaliseRelu(
  x: tf.Tensor4D,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  { mean, variance }: Moments,
  kernel: BatchNormKernel,
): tf.Tensor4D {
  return withGradient([x, gamma, beta], {
    forward: () => {
      const value = kernel.forward(x, gamma, beta, mean, variance);
      return { value, saved: [x, value, gamma, mean, variance] };
    },
    backward: (dy, [savedX, y, savedGamma, savedMean, savedVariance]) =>
      tf.tidy(() => {
        const dz = tf.mul(dy, tf.step(y!));
        const inverse = tf.rsqrt(tf.add(savedVariance!, BATCH_NORM_EPSILON));
        const projection = tf.mul(dz, tf.mul(tf.sub(savedX!, savedMean!), inverse));
        return [tf.mul(dz, tf.mul(savedGamma!, inverse)), tf.sum(projection, [0, 1, 2]), tf.sum(dz, [0, 1, 2])];
      }),
  }) as tf.Tensor4D;
}
