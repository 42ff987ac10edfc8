/** Between the bytes of a data set and the numbers that a network gets. */
import * as tf from '@tensorflow/tfjs-core';
import type { Dataset } from '../../shared/dataset.ts';
import type { Standardisation } from '../../shared/spec/preparation.ts';

/** What the network gets for every byte: (channels, 256), row-major. */
export function networkValues({ shape: { channels }, standardisation }: Pick<Dataset, 'shape' | 'standardisation'>): Float32Array {
  return Float32Array.from({ length: channels * 256 }, (_, i) => {
    const [channel, intensity] = [i >> 8, (i & 255) / 255];
    return standardisation ? (intensity - standardisation.mean[channel]!) / standardisation.deviation[channel]! : intensity;
  });
}

/** The intensities in [0, 1], with which reconstructions are compared, of images as the network gets them; (…, channels). */
export function intensities<T extends tf.Tensor>(images: T, standardisation: Standardisation | undefined): T {
  if (!standardisation) return images;
  return tf.add(tf.mul(images, tf.tensor1d(standardisation.deviation)), tf.tensor1d(standardisation.mean));
}

/** The opposite. Images (…, channels). */
export function standardised<T extends tf.Tensor>(images: T, standardisation: Standardisation | undefined): T {
  if (!standardisation) return images;
  return tf.div(tf.sub(images, tf.tensor1d(standardisation.mean)), tf.tensor1d(standardisation.deviation));
}
