import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../forecast/verdict.ts';
import type { Arm } from '../spec/arms.ts';
import type { Outcome } from './outcomes.ts';
import { clustered } from './pooled.ts';
import { statisticsOf, StudyStatistics } from './statistics.ts';

interface Golden {
  clustered: { clusters: number[][]; mean: number; ci95: [number, number]; p: number }[];
}
const golden = JSON.parse(readFileSync(new URL('../../../test/goldens/statistics.json', import.meta.url), 'utf8')) as Golden;

it.each(golden.clustered)('agrees with NumPy and SciPy on $clusters', ({ clusters, mean, ci95, p }) => {
  const found = clustered(clusters);
  expect(found.mean).toBeCloseTo(mean, 12);
  for (const [i, bound] of found.ci95!.entries()) expect(bound).toBeCloseTo(ci95[i]!, 7);
  expect(found.p! / p).toBeCloseTo(1, 6);
  expect([found.networks, found.pairs]).toEqual([clusters.length, clusters.flat().length]);
});

const cut = { name: 'chip b0.5 c0.5', extent: 'b0.5 c0.5', remaining: 'small', afresh: null };

/** An accuracy per seed. */
function runs(network: string, forecast: Verdict | null, arm: Arm, accuracies: number[]): Outcome[] {
  return accuracies.map((accuracy, i) => ({
    id: `${network} ${arm} ${i}`,
    ...{ network, forecast, arm, seed: i },
    cut: arm === 'pruned' ? cut : null,
    twin: arm === 'unpruned' ? null : `${network} unpruned ${i}`,
    result: { accuracy, inactiveShare: 0, collapsed: false },
  }));
}

describe('differences over several networks', () => {
  const outcomes = [
    ...runs('a', 'vanishes', 'unpruned', [0.1, 0.1]),
    ...runs('a', 'vanishes', 'pruned', [0.8, 0.82]),
    ...runs('a', 'vanishes', 'ccm', [0.5, 0.5]),
    ...runs('b', 'open', 'unpruned', [0.2, 0.2, 0.2]),
    ...runs('b', 'open', 'pruned', [0.7, 0.72, 0.71]),
    ...runs('c', 'stays', 'unpruned', [0.9, 0.91]),
    ...runs('c', 'stays', 'pruned', [0.9, 0.9]),
    ...runs('d', null, 'unpruned', [0.9]),
    ...runs('d', null, 'pruned', [0.8]),
  ];
  const { pooled, ...rest } = statisticsOf(outcomes);

  it('are of networks of which the same is forecast, each counted once', () => {
    expect(pooled.map(({ regime, arm, against, networks }) => [regime, arm, against, networks])).toEqual([
      ['at-risk', 'pruned', 'unpruned', ['a', 'b']],
    ]);
    const [claim] = pooled;
    expect(claim!.accuracy).toMatchObject({ networks: 2, pairs: 5, mean: expect.closeTo((0.71 + 0.51) / 2, 12) as number });
    expect(claim!.means.accuracy).toEqual([expect.closeTo((0.81 + 0.71) / 2, 12), expect.closeTo(0.15, 12)]);
    expect(claim!.runs).toHaveLength(10);
    expect(StudyStatistics.parse(structuredClone({ ...rest, pooled }))).toEqual({ ...rest, pooled });
  });

  it('widen their interval when networks differ, however many seeds agree within each', () => {
    const seeds = Array.from({ length: 20 }, (_, i) => 0.001 * (i % 3));
    const differing = clustered([0.1, 0.5, 0.2].map((mean) => seeds.map((noise) => mean + noise)));
    expect(differing.ci95![0]).toBeLessThan(0);
    const alike = clustered([0.2, 0.21, 0.2].map((mean) => seeds.map((noise) => mean + noise)));
    expect(alike.ci95![0]).toBeGreaterThan(0);
  });

  it('have no interval with two networks', () => {
    expect(clustered([[0.1, 0.2], [0.5]])).toMatchObject({ networks: 2, pairs: 3, mean: 0.325, ci95: null, p: null });
  });
});
