/** Intervals and tests for small samples: one number per seed. Checked against SciPy. */
import jStat from 'jstat';
import { deviationOf, meanOf } from './moments.ts';

const LEVEL = 0.95;
/** With fewer pairs than this, a rank test cannot come below 5 % whatever they are. */
const WILCOXON_PAIRS = 6;

export type Interval = [low: number, high: number];

/** 95 % interval of the mean (Student's t); null for fewer than two values. A point where all values are equal. */
export function intervalOf(values: readonly number[]): Interval | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = meanOf(values);
  const half = (quantile(n - 1) * deviationOf(values)) / Math.sqrt(n);
  return [mean - half, mean + half];
}

const quantiles = new Map<number, number>();
/** Found step by step, and the same for all samples of a size. */
function quantile(freedom: number): number {
  const found = quantiles.get(freedom) ?? jStat.studentt.inv(1 - (1 - LEVEL) / 2, freedom);
  quantiles.set(freedom, found);
  return found;
}

/** Of shares and of their differences: an interval of few values could else reach beyond all that is possible. */
export const clipped = (interval: Interval | null, [least, most]: Interval): Interval | null =>
  interval && [Math.max(least, interval[0]), Math.min(most, interval[1])];

/** Between which a share, and the difference of two, can lie. */
export const SHARES: Interval = [0, 1];
export const DIFFERENCES: Interval = [-1, 1];

/** 95 % interval of a share, of which `count` of `n` have been seen; exact, as by Clopper and Pearson (1934). `n` at least 1. */
export function shareInterval(count: number, n: number): Interval {
  const tail = (1 - LEVEL) / 2;
  const low = count === 0 ? 0 : jStat.beta.inv(tail, count, n - count + 1);
  const high = count === n ? 1 : jStat.beta.inv(1 - tail, count + 1, n - count);
  return [low, high];
}

/**
 * Two-sided p of the paired t test, from the differences. 1 where all are 0; null for fewer than two, and where all are equal
 * but not 0: without any spread there is nothing to test with.
 */
export function pairedTTest(differences: readonly number[]): number | null {
  const n = differences.length;
  if (n < 2) return null;
  const deviation = deviationOf(differences);
  // Differences that are the same but for rounding count as the same.
  if (deviation < 1e-12) return Math.abs(differences[0]!) < 1e-12 ? 1 : null;
  const t = meanOf(differences) / (deviation / Math.sqrt(n));
  return 2 * jStat.studentt.cdf(-Math.abs(t), n - 1);
}

/**
 * Two-sided p of Wilcoxon's signed-rank test, exact, from the differences. Differences of 0 are left out, equal ones share their
 * ranks. Null for fewer than six.
 */
export function wilcoxon(differences: readonly number[]): number | null {
  if (differences.length < WILCOXON_PAIRS) return null;
  const nonzero = differences.filter((difference) => difference !== 0);
  if (nonzero.length === 0) return 1;
  // Doubled, so that shared ranks are integers.
  const ranks = doubledRanks(nonzero.map(Math.abs));
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const positive = ranks.reduce((sum, rank, i) => sum + (nonzero[i]! > 0 ? rank : 0), 0);
  // How likely each sum of positive ranks is when every sign is a toss.
  let likelihood = Float64Array.of(1, ...new Array<number>(total).fill(0));
  for (const rank of ranks) likelihood = likelihood.map((p, sum) => (p + (sum >= rank ? likelihood[sum - rank]! : 0)) / 2);
  const tail = likelihood.subarray(0, Math.min(positive, total - positive) + 1).reduce((sum, p) => sum + p, 0);
  return Math.min(1, 2 * tail);
}

function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return 2 * below + equal + 1;
  });
}

/** p values as Holm (1979) corrects them for being several, in the order given; nulls stay and do not count. */
export function holm(values: readonly (number | null)[]): (number | null)[] {
  const ascending = [...values.entries()].filter((entry): entry is [number, number] => entry[1] !== null).sort(([, a], [, b]) => a - b);
  const corrected = [...values];
  let largest = 0;
  for (const [place, [index, p]] of ascending.entries()) {
    largest = Math.min(1, Math.max(largest, (ascending.length - place) * p));
    corrected[index] = largest;
  }
  return corrected;
}
