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
  /** Null without epochs of its own. */
  best?: BestEpoch | null;
  loss: number | null;
  /** Capsule types of the intermediate layers. */
  inactive: (Portion & { perLayer?: readonly { layer: string; inactive: number; of: number }[] }) | null;
  /** Those that are never longer than the threshold on any test image; counted when a run ends. */
  dead?: Portion | null;
  /** While training, mean over the epochs of this run. */
  imagesPerSecond: number | null;
  peakMemoryBytes: number | null;
}

export interface BestEpoch {
  epoch: number;
  /** On the test images, whichever images it was chosen on. */
  accuracy: number;
  chosenOn: 'validation' | 'test';
}

export interface EpochAccuracy {
  epoch: number;
  test: number;
  /** Null where no images were held out. */
  validation: number | null;
}

/** The epoch after which the network was most accurate, the first of several: on the images held out for such choices, or on the test images where there are none. */
export function bestEpoch(epochs: readonly EpochAccuracy[]): BestEpoch | null {
  const chosenOn = epochs.every(({ validation }) => validation !== null) ? 'validation' : 'test';
  const [first, ...rest] = epochs;
  if (!first) return null;
  const best = rest.reduce((a, b) => (b[chosenOn]! > a[chosenOn]! ? b : a), first);
  return { epoch: best.epoch, accuracy: best.test, chosenOn };
}
