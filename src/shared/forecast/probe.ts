/** What a probe finds: the lengths of capsules in a real network that is still to be trained, on real images. Made by engine/analysis/probe.ts. */
import { z } from 'zod';

const ProbedLength = z.strictObject({
  /** Mean over capsules, images and draws, and its standard deviation over draws; 0 of a single one. */
  mean: z.number(),
  sd: z.number(),
});
export type ProbedLength = z.infer<typeof ProbedLength>;

export const Probe = z.strictObject({
  /** Of what a cut leaves of a trained network, which is what fine-tuning begins with; absent: of fresh weights in every layer. */
  of: z.literal('cut').optional(),
  /** How many times weights were drawn. */
  draws: z.int(),
  images: z.int(),
  /** "primary", then every layer with routing. */
  layers: z.array(ProbedLength.extend({ layer: z.string() })),
  /**
   * Mean length in the last intermediate layer, a number per draw: with gains smaller by the margin of MARGIN, and with
   * gains greater by it. Empty without intermediate layers.
   */
  last: z.strictObject({ weaker: z.array(z.number()), stronger: z.array(z.number()) }),
});
export type Probe = z.infer<typeof Probe>;

export const ProbeOptions = z.strictObject({
  draws: z.int().min(1).max(20).default(3),
  images: z.int().min(1).max(1024).default(16),
  seed: z.int().min(0).max(0xffff_ffff).default(1),
});
export type ProbeOptions = z.infer<typeof ProbeOptions>;
