/**
 * Batch normalisation followed by ReLU as one op with a closed-form gradient (Ioffe & Szegedy 2015), with PyTorch's
 * constants. tf.batchNorm's own gradient tiles tensors and takes longer than the convolution before it.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../gradient.ts';

export const BATCH_NORM_EPSILON = 1e-5;
/** Share by which running statistics move towards those of a batch. */
export const BATCH_NORM_MOMENTUM = 0.1;

/** Mean over all axes but the last: (…, C) → (C). A product with a vector, because reductions of outer axes are slow on wasm. */
function channelMean(x: tf.Tensor): tf.Tensor1D {
  const channels = x.shape.at(-1)!;
  const rows = x.size / channels;
  return tf.reshape(tf.matMul(tf.fill([1, rows], 1 / rows), tf.reshape<tf.Rank.R2>(x, [rows, channels])), [channels]);
}

/** Mean and (biased) variance of every channel of x (B, H, W, C). */
export function channelMoments(x: tf.Tensor4D): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  return tf.tidy(() => {
    const mean = channelMean(x);
    return { mean, variance: channelMean(tf.square(tf.sub(x, mean))) };
  });
}

/** relu(γ · (x − mean) / √(variance + ε) + β) with statistics that do not depend on x: the network in use. */
export function normaliseRelu(x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor4D {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
  return tf.relu<tf.Tensor4D>(tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale))));
}

/** The same in training: mean and variance are those of x (see channelMoments), and gradients flow through them. */
export function batchNormRelu(x: tf.Tensor4D, gamma: tf.Tensor, beta: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor4D {
  return withGradient([x, gamma, beta], {
    forward: () => {
      const value = normaliseRelu(x, gamma, beta, mean, variance);
      return { value, saved: [x, gamma, mean, variance, value] };
    },
    backward: (dy, [input, scale, mu, sigma2, y]) =>
      tf.tidy(() => {
        const inverse = tf.rsqrt(tf.add(sigma2!, BATCH_NORM_EPSILON));
        const normalised = tf.mul(tf.sub(input!, mu!), inverse);
        const dz = tf.mul(dy, tf.step(y!));
        const meanGradient = channelMean(dz);
        const meanProjection = channelMean(tf.mul(dz, normalised));
        const dx = tf.mul(tf.sub(tf.sub(dz, meanGradient), tf.mul(normalised, meanProjection)), tf.mul(scale!, inverse));
        const rows = input!.size / input!.shape.at(-1)!;
        return [dx, tf.mul(meanProjection, rows), tf.mul(meanGradient, rows)];
      }),
  }) as tf.Tensor4D;
}
