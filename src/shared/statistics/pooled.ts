/**
 * Differences over several networks. What is to be said of networks like these, not of these seeds, has the networks for its
 * sample: seeds of one network are alike, so that each network counts once, by the mean over its seeds, and the interval is that
 * of these means (Student's t with one degree of freedom less than there are networks). With equally many seeds everywhere that is
 * the cluster-robust interval.
 */
import { z } from 'zod';
import { Arm } from '../spec/arms.ts';
import { meanOf } from './moments.ts';
import type { Outcome } from './outcomes.ts';
import { Interval, measures, probability, type Measure } from './schema.ts';
import { clipped, DIFFERENCES, holm, intervalOf, pairedTTest } from './tests.ts';

/** Networks by what is forecast of them before the cut: activity that may go out, or that stays. */
export const Regime = z.enum(['at-risk', 'stays', 'unknown']);
export type Regime = z.infer<typeof Regime>;

export const PooledDifference = z.strictObject({
  /** Networks, and pairs of runs in all. */
  networks: z.int().min(1),
  pairs: z.int().min(1),
  mean: z.number(),
  /** Null for fewer than three networks, as is p. */
  ci95: Interval.nullable(),
  /** Corrected over all pooled differences of the study. */
  p: probability.nullable(),
  pUncorrected: probability.nullable(),
});
export type PooledDifference = z.infer<typeof PooledDifference>;

const Pair = z.tuple([z.number(), z.number()]);

export const PooledStatistics = z.strictObject({
  regime: Regime,
  arm: Arm,
  /** What it is held against: each run's own twin, or a control with the same seed. */
  against: Arm,
  /** Name of the cut; null for arms without one. */
  pruning: z.string().nullable(),
  networks: z.array(z.string()),
  accuracy: PooledDifference,
  inactiveShare: PooledDifference,
  /** Over the networks: of the arm, and of what it is held against. */
  means: z.strictObject({ accuracy: Pair, inactiveShare: Pair }),
  /** Of both. */
  runs: z.array(z.string()),
});
export type PooledStatistics = z.infer<typeof PooledStatistics>;

/** An arm of one network held against another one, run by run. */
export interface Comparison {
  network: string;
  forecast: Outcome['forecast'];
  arm: Arm;
  against: Arm;
  pruning: string | null;
  pairs: [Outcome, Outcome | undefined][];
}

const regimeOf = (forecast: Outcome['forecast']): Regime => (forecast === null ? 'unknown' : forecast === 'stays' ? 'stays' : 'at-risk');

/** Of what has been done to two networks or more, in the order in which it first appears. */
export function pooledOf(comparisons: readonly Comparison[]): PooledStatistics[] {
  const groups = Map.groupBy(comparisons, ({ forecast, arm, against, pruning }) =>
    JSON.stringify([regimeOf(forecast), arm, against, pruning]),
  );
  const pooled = [...groups.values()].flatMap((group) => {
    const known = group.map((one) => ({ ...one, pairs: both(one.pairs) })).filter(({ pairs }) => pairs.length > 0);
    return known.length > 1 ? [poolOf(known)] : [];
  });
  const tested = pooled.flatMap((one) => measures.map((measure) => one[measure]));
  for (const [i, p] of holm(tested.map(({ pUncorrected }) => pUncorrected)).entries()) tested[i]!.p = p;
  return pooled;
}

type Tested = Outcome & { result: NonNullable<Outcome['result']> };

const both = (pairs: Comparison['pairs']): [Tested, Tested][] =>
  pairs.flatMap(([one, other]) => (one.result && other?.result ? [[one as Tested, other as Tested]] : []));

interface Known extends Omit<Comparison, 'pairs'> {
  pairs: [Tested, Tested][];
}

function poolOf(group: readonly Known[]): PooledStatistics {
  const { forecast, arm, against, pruning } = group[0]!;
  const means = (measure: Measure, side: 0 | 1) =>
    meanOf(group.map(({ pairs }) => meanOf(pairs.map((pair) => pair[side].result[measure]))));
  return {
    ...{ regime: regimeOf(forecast), arm, against, pruning },
    networks: group.map(({ network }) => network),
    accuracy: clustered(group.map(({ pairs }) => differences(pairs, 'accuracy'))),
    inactiveShare: clustered(group.map(({ pairs }) => differences(pairs, 'inactiveShare'))),
    means: {
      accuracy: [means('accuracy', 0), means('accuracy', 1)],
      inactiveShare: [means('inactiveShare', 0), means('inactiveShare', 1)],
    },
    runs: [...new Set(group.flatMap(({ pairs }) => pairs.flatMap(([one, other]) => [one.id, other.id])))],
  };
}

const differences = (pairs: [Tested, Tested][], measure: Measure) =>
  pairs.map(([one, other]) => one.result[measure] - other.result[measure]);

/** With one degree of freedom, an interval of shares would reach far beyond all that is possible, and say nothing. */
export const LEAST_NETWORKS = 3;

/** @param clusters the differences of each network, none of them empty */
export function clustered(clusters: readonly (readonly number[])[]): PooledDifference {
  const means = clusters.map(meanOf);
  const enough = means.length >= LEAST_NETWORKS;
  const p = enough ? pairedTTest(means) : null;
  return {
    networks: clusters.length,
    pairs: clusters.reduce((sum, { length }) => sum + length, 0),
    mean: meanOf(means),
    ci95: enough ? clipped(intervalOf(means), DIFFERENCES) : null,
    p,
    pUncorrected: p,
  };
}
