/**
 * What a training needs to go on bit for bit. There is no random state to keep: every stream follows from the seed, the
 * epoch and the step (see random.ts).
 */
import { z } from 'zod';
import { StartMetrics } from '../../shared/results.ts';
import type { Weights } from '../../shared/weights.ts';

const LayerUpdateSums = z.object({ layer: z.string(), norm: z.number(), update: z.number() });
const LayerGradientSums = z.object({ layer: z.string(), norm: z.number(), perType: z.array(z.number()) });

export const CheckpointMeta = z.object({
  format: z.literal(1),
  seed: z.int(),
  /** Epochs completed, counted over the network's whole life. */
  epoch: z.int().min(0),
  /** Steps done in the epoch after that. */
  step: z.int().min(0),
  optimizerSteps: z.int().min(0),
  /** Epochs in a row, up to the last one, in which the network was collapsed. */
  collapsed: z.int().min(0).default(0),
  /** What a run began with, as long as its first epoch has not ended. */
  start: StartMetrics.nullable().default(null),
  /** Sums over the steps of the epoch in progress. */
  sums: z.object({
    loss: z.number(),
    margin: z.number(),
    reconstruction: z.number(),
    ccm: z.number(),
    correct: z.number(),
    images: z.int(),
    steps: z.int(),
    gradients: z.array(LayerGradientSums).nullable(),
    gradientSamples: z.int(),
    // Checkpoints of earlier versions do without.
    updates: z.array(LayerUpdateSums).nullable().default(null),
    updateSamples: z.int().default(0),
    seconds: z.number(),
  }),
});
export type CheckpointMeta = z.infer<typeof CheckpointMeta>;

export interface Checkpoint {
  /** Network weights under their names, Adam's moments as "adam.m.<name>" and "adam.v.<name>"; stored axis order. */
  tensors: Weights;
  meta: CheckpointMeta;
}

/** A checkpoint as it comes from a file: its meta has not been looked at. */
export interface StoredCheckpoint {
  tensors: Weights;
  meta: unknown;
}
