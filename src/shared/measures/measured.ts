/**
 * What was measured of one run, as measures read it. A RunRecord and a RunSummary are of this shape as they are; what is
 * left out or null is not known, or not yet.
 */
import type { Portion } from '../present/format.ts';
import type { InactiveLayer } from '../results.ts';

export interface Measured {
  params: number;
  flops: number;
  weightBytes: number;
  /** In the network's whole life. */
  epochs?: number;
  accuracy: number | null;
  top5?: number | null;
  loss: number | null;
  inactive: (Portion & { perLayer?: readonly Pick<InactiveLayer, 'layer' | 'inactive' | 'of'>[] }) | null;
  dead?: Portion | null;
  imagesPerSecond: number | null;
  peakMemoryBytes: number | null;
}
