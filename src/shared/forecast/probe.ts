/** What a probe finds: the lengths of capsules in the real network with fresh weights on real images. Made by engine/analysis/probe.ts. */
import { z } from 'zod';

export interface ProbedLength {
  /** Mean over capsules, images and draws, and its standard deviation over draws. */
  mean: number;
  sd: number;
}

export interface Probe {
  /** How many times weights were drawn. */
  draws: number;
  images: number;
  /** "primary", then every layer with routing. */
  layers: ({ layer: string } & ProbedLength)[];
  /**
   * Mean length in the last intermediate layer, a number per draw: with gains smaller by the margin of MARGIN, and with
   * gains greater by it. Empty without intermediate layers.
   */
  last: { weaker: number[]; stronger: number[] };
}

export const ProbeOptions = z.strictObject({
  draws: z.int().min(1).max(20).default(3),
  images: z.int().min(1).max(1024).default(16),
  seed: z.int().min(0).max(0xffff_ffff).default(1),
});
export type ProbeOptions = z.infer<typeof ProbeOptions>;
