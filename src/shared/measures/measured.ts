/**
 * What was measured of one run, as measures read it. A RunRecord and a RunSummary are of this shape as they are; what is
 * left out or null is not known, or not yet.
 */
import type { Portion } from '../present/format.ts';

export interface Measured {
  params: number;
  /** Of one image's forward pass. */
  flops: number;
  /** 0 until there are weights. */
  weightBytes: number;
  /** In the network's whole life, those of the runs that it was cut from included. */
  epochs?: number;
  /** Of the last test. Shares in [0, 1]. */
  accuracy: number | null;
  top5?: number | null;
  loss: number | null;
  /** Capsule types of the intermediate layers. */
  inactive: (Portion & { perLayer?: readonly { layer: string; inactive: number; of: number }[] }) | null;
  /** Those that are never longer than the threshold on any test image; counted when a run ends. */
  dead?: Portion | null;
  /** While training, mean over the epochs of this run. */
  imagesPerSecond: number | null;
  peakMemoryBytes: number | null;
}
