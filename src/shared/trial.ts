/** A cut that is tried out before it is made. */
import { z } from 'zod';
import type { NetworkForecast } from './forecast/forecast.ts';
import { PruningSpec } from './spec/pruning.ts';

export const TrialCut = z.discriminatedUnion('kind', [
  /** As it would be made, with fresh weights where layers start afresh. */
  z.strictObject({ kind: z.literal('cut'), pruning: PruningSpec }),
  /** These channels of the backbone and the primary capsules are zero, and everything else is as it was trained. */
  z.strictObject({ kind: z.literal('silent'), channels: z.record(z.string().max(100), z.array(z.int().min(0)).max(100_000)) }),
]);
export type TrialCut = z.infer<typeof TrialCut>;

/** Mean length of every capsule type of a layer. */
export interface TypeLengths {
  layer: string;
  lengths: number[];
}

/** What a cut that was tried leaves. */
export interface Tried {
  /** On a sample of the test images. */
  accuracy: number;
  /** What fine-tuning would begin with; null where no cut was made, only channels silenced. */
  forecast: NetworkForecast | null;
  /** Of the primary capsules and all layers above; null where no cut was made. */
  lengths: TypeLengths[] | null;
}

/** Feature maps of one layer's channels, each averaged over the images that channels are judged on. */
export interface ChannelMaps {
  layer: string;
  channels: number;
  /** (channels, height · width), row-major. */
  data: Float32Array;
}
