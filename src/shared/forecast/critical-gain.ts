/**
 * The critical gain: with a smaller one, activity dies with depth, however long the capsules were at first. With one routing
 * iteration it follows from the law (4 for squash, 1 for sensitive squash, at large D). Each further iteration concentrates the
 * couplings and lowers it, the more so the larger N / D. For these it has been measured; docs/forecast.md says how.
 */
import type { Squash } from '../spec/network.ts';
import { criticalGainOfLaw } from './law.ts';
import measured from './critical-gain.json' with { type: 'json' };

/** Index: routing iterations − 1. */
export type CriticalGains = Record<Squash, number[]>;

/** One column per N / D, ascending. */
export type CriticalGainTable = {
  /** Types over dimensions of a layer. */
  ratio: number;
  gains: CriticalGains;
  /** How far a smaller network of the same N / D was off, as a share. */
  spread: CriticalGains;
}[];

export const criticalGainTable: CriticalGainTable = measured;

/**
 * Of a layer with so many types and dimensions: by the law for one iteration, else from the table, between its columns linear
 * in the logarithms. Beyond its ends the last column holds.
 */
export function criticalGain(squash: Squash, iterations: number, { outTypes, outDim }: { outTypes: number; outDim: number }): number {
  if (iterations === 1) return criticalGainOfLaw[squash];
  const ratio = outTypes / outDim;
  const gain = (column: number) => criticalGainTable[column]!.gains[squash][iterations - 1]!;
  const last = criticalGainTable.length - 1;
  const above = criticalGainTable.findIndex((column) => column.ratio >= ratio);
  if (above === 0) return gain(0);
  if (above < 0) return gain(last);
  const [low, high] = [criticalGainTable[above - 1]!.ratio, criticalGainTable[above]!.ratio];
  const share = Math.log(ratio / low) / Math.log(high / low);
  return gain(above - 1) ** (1 - share) * gain(above) ** share;
}
