import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deviationOf, meanOf } from './moments.ts';
import { holm, intervalOf, pairedTTest, shareInterval, wilcoxon, type Interval } from './tests.ts';

interface Golden {
  samples: { values: number[]; mean: number; sd: number; ci95: Interval }[];
  pairs: { differences: number[]; t: number; wilcoxon: number | null }[];
  shares: { count: number; n: number; ci95: Interval }[];
  holm: { p: number[]; adjusted: number[] };
}
const golden = JSON.parse(readFileSync(new URL('../../../test/goldens/statistics.json', import.meta.url), 'utf8')) as Golden;

describe('agrees with SciPy', () => {
  it.each(golden.samples)('on the mean of $values', ({ values, mean, sd, ci95 }) => {
    expect(meanOf(values)).toBeCloseTo(mean, 12);
    expect(deviationOf(values)).toBeCloseTo(sd, 12);
    for (const [i, bound] of intervalOf(values)!.entries()) expect(bound).toBeCloseTo(ci95[i]!, 8);
  });

  it.each(golden.pairs)('on the differences $differences', ({ differences, t, wilcoxon: ranks }) => {
    expect(pairedTTest(differences)! / t).toBeCloseTo(1, 7);
    if (ranks === null) expect(wilcoxon(differences)).toBeNull();
    else expect(wilcoxon(differences)! / ranks).toBeCloseTo(1, 9);
  });

  it.each(golden.shares)('on the share of $count in $n', ({ count, n, ci95 }) => {
    for (const [i, bound] of shareInterval(count, n).entries()) expect(bound).toBeCloseTo(ci95[i]!, 8);
  });

  it('and with Holm', () => {
    const corrected = holm([null, ...golden.holm.p]);
    expect(corrected[0]).toBeNull();
    for (const [i, p] of golden.holm.adjusted.entries()) expect(corrected[i + 1]).toBeCloseTo(p, 12);
  });
});

describe('where there is nothing to go by', () => {
  it('one seed has no interval and no test', () => {
    expect([intervalOf([0.8]), pairedTTest([0.1]), wilcoxon([0.1]), deviationOf([0.8])]).toEqual([null, null, null, 0]);
  });

  it('equal values are a point, and no test of a difference', () => {
    expect(intervalOf([0.1, 0.1, 0.1])).toEqual([expect.closeTo(0.1, 12), expect.closeTo(0.1, 12)]);
    expect([pairedTTest([0, 0, 0]), pairedTTest([0.9, 0.9, 0.9])]).toEqual([1, null]);
    expect(wilcoxon([0, 0, 0, 0, 0, 0])).toBe(1);
    expect(wilcoxon([1, 1, 1, 1, 1, 1])).toBeCloseTo(2 / 64, 12);
  });
});
