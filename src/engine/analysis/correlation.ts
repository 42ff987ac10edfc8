/** The correlation matrix of one layer's feature maps, as results store it. */
import type * as tf from '@tensorflow/tfjs-core';
import type { LayerCorrelation } from '../../shared/results.ts';
import { readBack } from '../ops/read-back.ts';
import { correlationMatrix } from '../training/ccm.ts';

/** Correlation of maps (B, H, W, C), averaged over the batch first. */
export async function layerCorrelation(layer: string, maps: tf.Tensor4D): Promise<LayerCorrelation> {
  const channels = maps.shape[3];
  const [correlation] = await readBack(() => [correlationMatrix(maps)]);
  const values = Array.from(correlation!);
  const matrix = Array.from({ length: channels }, (_, i) => values.slice(i * channels, (i + 1) * channels));
  const sum = values.reduce((total, value) => total + Math.abs(value), 0);
  return { layer, matrix, meanAbsolute: sum / values.length };
}
