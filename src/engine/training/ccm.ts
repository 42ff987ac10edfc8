/**
 * The correlation-coefficient-matrix (CCM) term of the loss (Wang et al. 2023, arXiv 2310.06344): how much alike the
 * feature maps of one layer are. Training rewards likeness, so that pruning finds more to cut.
 *
 * For maps (B, H, W, C): average over the batch, one row of H·W values per channel, correlation coefficients R (C, C) of
 * all pairs of rows, mean of |R|. A constant map has no correlation: its row, column and diagonal entry are 0.
 */
import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../ops/gradient.ts';

/** A map is constant when its standard deviation over positions is below this share of 1 + |mean|: what float32 rounding leaves. */
export const CONSTANT_MAP_DEVIATION = 1e-6;

interface Normalised {
  /** Centred rows of unit length, as columns: (H·W, C). Zero for constant maps. */
  unit: tf.Tensor2D;
  /** 1 / length of the centred rows: (1, C). Zero for constant maps. */
  inverseLength: tf.Tensor2D;
}

/** Averages go through products with a vector, because reductions of outer axes are slow on wasm. */
function normalise(maps: tf.Tensor4D): Normalised {
  const [batch, height, width, channels] = maps.shape;
  const positions = height * width;
  const flat: tf.Tensor2D = tf.reshape(maps, [batch, positions * channels]);
  const average: tf.Tensor2D = tf.reshape(tf.matMul(tf.fill([1, batch], 1 / batch), flat), [positions, channels]);
  const mean = tf.matMul(tf.fill([1, positions], 1 / positions), average);
  const centred: tf.Tensor2D = tf.sub(average, mean);
  const squaredLength = tf.matMul(tf.ones([1, positions]), tf.square(centred));
  const smallest = tf.mul(tf.square(tf.add(tf.abs(mean), 1)), positions * CONSTANT_MAP_DEVIATION ** 2);
  const varies = tf.cast(tf.greater(squaredLength, smallest), 'float32');
  const inverseLength: tf.Tensor2D = tf.mul(varies, tf.rsqrt(tf.maximum(squaredLength, smallest)));
  return { unit: tf.mul(centred, inverseLength), inverseLength };
}

const correlate = (unit: tf.Tensor2D): tf.Tensor2D => tf.matMul(tf.transpose(unit), unit);

/** Correlation coefficients of all pairs of channels of maps (B, H, W, C), averaged over the batch first: (C, C). */
export function correlationMatrix(maps: tf.Tensor4D): tf.Tensor2D {
  return tf.tidy(() => correlate(normalise(maps).unit));
}

/** Mean absolute correlation coefficient of maps (B, H, W, C), the diagonal included. Differentiable by the maps. */
export function ccmTerm(maps: tf.Tensor4D): tf.Scalar {
  const { shape } = maps;
  const [batch, height, width, channels] = shape;
  return withGradient([maps], {
    forward: () => {
      const { unit, inverseLength } = normalise(maps);
      const correlation = correlate(unit);
      const value = tf.mean(tf.abs(correlation));
      return { value, saved: [unit, inverseLength, tf.sign(correlation)] };
    },
    // f = Σ|R| / C² and R = UᵀU give dU = 2·U·sign(R) / C². Scaling a row to unit length takes away what points along
    // it; centring takes away nothing more, since every column of dU is a sum of centred rows.
    backward: (dy, [unit, inverseLength, sign]) =>
      tf.tidy(() => {
        const u = unit as tf.Tensor2D;
        const du = tf.mul(tf.matMul(u, sign as tf.Tensor2D), tf.mul(dy, 2 / channels ** 2));
        const along = tf.matMul(tf.ones([1, height * width]), tf.mul(u, du));
        const daverage = tf.mul(tf.sub(du, tf.mul(u, along)), inverseLength!);
        // Every image has the same share in the average. A product, because broadcasting is slow on wasm.
        const row: tf.Tensor2D = tf.reshape(daverage, [1, height * width * channels]);
        return [tf.reshape(tf.matMul(tf.fill([batch, 1], 1 / batch), row), shape)];
      }),
  }) as tf.Scalar;
}
