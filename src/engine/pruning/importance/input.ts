/** What a criterion judges the channels of one layer by. */
import type { HostTensor } from '../../../shared/weights.ts';
import type { RandomStream } from '../../../shared/random.ts';

/** Feature maps of one layer averaged over one batch of images: one row of height · width values per channel. */
export interface FeatureMaps {
  channels: number;
  positions: number;
  /** (channels, positions), row-major. */
  data: Float32Array | Float64Array;
}

export interface ImportanceInput {
  /** One entry per batch; not empty. */
  maps: FeatureMaps[];
  /** Weights of the layer's convolution: (channels, in, height, width). */
  filters: HostTensor;
  random: RandomStream;
}

/** One score per channel; the lowest are cut first. */
export type Importance = (input: ImportanceInput) => number[];

/** Scores each batch's maps and takes the mean over batches. */
export function meanOverBatches(maps: FeatureMaps[], score: (maps: FeatureMaps) => ArrayLike<number>): number[] {
  const sum = new Array<number>(maps[0]!.channels).fill(0);
  for (const batch of maps) {
    const scores = score(batch);
    for (let i = 0; i < sum.length; i++) sum[i]! += scores[i]!;
  }
  return sum.map((value) => value / maps.length);
}
