/** From feature maps on the device to what importance is judged by. */
import * as tf from '@tensorflow/tfjs-core';
import type { FeatureMaps } from './importance/index.ts';

/** Averages maps (B, H, W, C) over the batch: (C, H · W). Capsules (B, H, W, N, D) count as N · D maps, channel = type · D + d. */
export function averageMaps(maps: tf.Tensor4D | tf.Tensor5D): tf.Tensor2D {
  const [batch, height, width] = maps.shape;
  const positions = height * width;
  const channels = maps.size / (batch * positions);
  return tf.tidy(() => {
    const flat: tf.Tensor2D = tf.reshape(maps, [batch, positions * channels]);
    // A product with a vector, because reductions of outer axes are slow on wasm.
    const average: tf.Tensor2D = tf.reshape(tf.matMul(tf.fill([1, batch], 1 / batch), flat), [positions, channels]);
    return tf.transpose(average);
  });
}

/** Averaged maps as importance takes them, from their shape and values. */
export function featureMapsOf([channels, positions]: [number, number], data: Float32Array): FeatureMaps {
  return { channels, positions, data };
}
