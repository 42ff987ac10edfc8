/** A sentence of a conclusion, and when a difference is said to be there. */
import { z } from 'zod';
import { points } from '../present/format.ts';
import type { Difference } from '../statistics/statistics.ts';

export const Finding = z.strictObject({
  /** The whole sentence, its statistics included. */
  text: z.string(),
  /** What it is about: a network and its cut, or several networks. */
  place: z.string(),
  /** The sentence where both the place and the statistics stand beside it. */
  short: z.string(),
  /** `holds`: shown by these runs. `caveat`: a control, or the lack of one, limits the claim. `open`: cannot be told. */
  verdict: z.enum(['holds', 'caveat', 'open']),
  kind: z.enum(['unsettled', 'vanished', 'series', 'forecast', 'claim', 'size', 'loss', 'any-cut', 'no-control']),
  /** Null for what is said of several. */
  network: z.string().nullable(),
  /** Name of the cut that it is about; null where it is about none. */
  pruning: z.string().nullable(),
  /** What the difference is of, as a share. */
  measure: z.enum(['accuracy', 'inactiveShare']),
  /** Seeds of one network, or networks; those of the difference, where there is one. */
  n: z.int().min(0),
  difference: z.number().nullable(),
  ci95: z.tuple([z.number(), z.number()]).nullable(),
  /** Corrected over the study: over all differences within networks, or over all that are pooled. */
  p: z.number().min(0).max(1).nullable(),
  /** Ids of the runs that it is from. */
  runs: z.array(z.string()),
});
export type Finding = z.infer<typeof Finding>;

/** The statistics of a sentence where they stand in it, and what is left of them where they stand beside it. */
export type Numbers = (full: string, short?: string) => string;

/** The sentence in full and in short. @param networks so many are meant, which the place does not say. */
export function said(place: string, sentence: (numbers: Numbers) => string, networks?: number): Pick<Finding, 'text' | 'place' | 'short'> {
  const short = sentence((_, rest = '') => rest);
  const whole = networks === undefined ? place : `${place} (${networks})`;
  return { text: `${whole}: ${sentence((full) => full)}`, place, short: short.charAt(0).toUpperCase() + short.slice(1) };
}

export const LEVEL = 0.05;

export type Sign = 'better' | 'worse' | 'untold';

/** Untold with one seed, where the interval holds 0, where there is no p, and where the corrected one does not reach the level. */
export function signOf({ ci95, p }: Pick<Difference, 'ci95' | 'p'>): Sign {
  return p !== null && p < LEVEL ? sideOf(ci95) : 'untold';
}

/** Where the interval does not hold 0, but the test does not say so, too: which way it looks. */
export function leaningOf(difference: Pick<Difference, 'ci95' | 'p'>): Sign {
  return signOf(difference) === 'untold' ? sideOf(difference.ci95) : 'untold';
}

function sideOf(ci95: Difference['ci95']): Sign {
  if (!ci95) return 'untold';
  if (ci95[0] > 0) return 'better';
  return ci95[1] < 0 ? 'worse' : 'untold';
}

/** Whether a difference is one for the better, for certain or as it looks: without, there is no gain that anything could explain. */
export const gains = ({ ci95 }: Pick<Difference, 'ci95'>): boolean => sideOf(ci95) === 'better';

/** What a sentence that is not about a difference of accuracies has in their place. */
export const none = { measure: 'accuracy', difference: null, ci95: null, p: null } as const;

export const seeds = (n: number) => (n === 1 ? 'one seed' : `${n} seeds`);

/** "+67.2 pp, 95 % interval +63.4 to +71.0 pp, p = 0.002". */
export function tested({ mean, ci95, p }: Pick<Difference, 'mean' | 'ci95' | 'p'>, alike: string): string {
  const parts = [points(mean)];
  if (ci95) parts.push(ci95[0] === ci95[1] ? `the same in all ${alike}` : `95 % interval ${points(ci95[0])} to ${points(ci95[1])}`);
  if (p !== null) parts.push(p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`);
  return parts.join(', ');
}

/** "+67.2 pp [+63.4, +71.0]". @param alike what it is the same in, where it is. */
export function shortEffect({ mean, ci95 }: Pick<Difference, 'mean' | 'ci95'>, alike: string): string {
  if (!ci95) return points(mean);
  if (ci95[0] === ci95[1]) return `${points(mean)}, the same in all ${alike}`;
  const bare = (value: number) => points(value).replace(/\s*pp$/, '');
  return `${points(mean)} [${bare(ci95[0])}, ${bare(ci95[1])}]`;
}

/** The same, and over how many seeds. */
export const measured = (difference: Difference): string => `${tested(difference, 'seeds')}, ${seeds(difference.n)}`;
