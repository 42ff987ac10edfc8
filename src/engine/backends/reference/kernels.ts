/** The kernels in plain tf ops: what others are tested against, and what runs on every backend. */
import * as tf from '@tensorflow/tfjs-core';
import { referenceKernel } from './capsules.ts';
import { squashBackward, squashForward } from '../../ops/squash.ts';
import { BATCH_NORM_EPSILON } from '../../ops/batch-norm.ts';
import type { AdamKernel, BatchNormKernel, Kernels } from '../../ops/kernels.ts';

/** Mean over all axes but the last: (…, C) → (C). A product with a vector, because reductions of outer axes are slow on wasm. */
function channelMean(x: tf.Tensor): tf.Tensor1D {
  const channels = x.shape.at(-1)!;
  const rows = x.size / channels;
  return tf.reshape(tf.matMul(tf.fill([1, rows], 1 / rows), tf.reshape<tf.Rank.R2>(x, [rows, channels])), [channels]);
}

/** tf.batchNorm's own gradient tiles tensors and takes longer than the convolution before it. */
const batchNorm: BatchNormKernel = {
  moments: (x) =>
    tf.tidy(() => {
      const mean = channelMean(x);
      return { mean, variance: channelMean(tf.square(tf.sub(x, mean))) };
    }),

  forward: (x, gamma, beta, mean, variance) =>
    tf.tidy(() => {
      const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));
      return tf.relu<tf.Tensor4D>(tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale))));
    }),

  backward: (dy, { x, y, gamma, mean, variance }) =>
    tf.tidy(() => {
      const inverse = tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON));
      const normalised = tf.mul(tf.sub(x, mean), inverse);
      const dz = tf.mul(dy, tf.step(y));
      const meanGradient = channelMean(dz);
      const meanProjection = channelMean(tf.mul(dz, normalised));
      const dx = tf.mul(tf.sub(tf.sub(dz, meanGradient), tf.mul(normalised, meanProjection)), tf.mul(gamma, inverse));
      const rows = x.size / x.shape.at(-1)!;
      return { dx, dgamma: tf.mul(meanProjection, rows), dbeta: tf.mul(meanGradient, rows) };
    }),
};

const adam: AdamKernel = {
  update: (parameters, { beta1, beta2, stepSize, correction, epsilon, weightDecay, shrinkage }) => {
    for (const { parameter, first, second, gradient } of parameters)
      tf.tidy(() => {
        const decayed = tf.add(gradient, tf.mul(parameter, weightDecay));
        first.assign(tf.add(tf.mul(first, beta1), tf.mul(decayed, 1 - beta1)));
        second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(decayed), 1 - beta2)));
        const denominator = tf.add(tf.div(tf.sqrt(second), correction), epsilon);
        const way = tf.div(tf.mul(first, stepSize), denominator);
        parameter.assign(tf.sub(parameter, shrinkage > 0 ? tf.add(way, tf.mul(parameter, shrinkage)) : way));
      });
  },
};

export const referenceKernels: Kernels = {
  capsules: referenceKernel,
  squash: { forward: squashForward, backward: squashBackward },
  batchNorm,
  adam,
};
