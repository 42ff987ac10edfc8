/**
 * A study in numbers: every arm of every network over its seeds, held against its twins, and the pruned networks against their
 * controls. Differences are taken seed by seed; the p values of a study are corrected together (Holm).
 */
import { z } from 'zod';
import { Arm } from '../spec/arms.ts';
import { deviationOf, meanOf } from './moments.ts';
import type { Outcome } from './outcomes.ts';
import { PooledStatistics, pooledOf, type Comparison } from './pooled.ts';
import { Interval, measures, probability, type Measure } from './schema.ts';
import { clipped, DIFFERENCES, holm, intervalOf, pairedTTest, SHARES, wilcoxon } from './tests.ts';

export const Sample = z.strictObject({
  mean: z.number(),
  /** Null with one seed, as is the interval. */
  sd: z.number().min(0).nullable(),
  ci95: Interval.nullable(),
  /** The smallest and the largest. */
  range: Interval,
});
export type Sample = z.infer<typeof Sample>;

export const Difference = z.strictObject({
  /** Seeds that both have ended in. */
  n: z.int().min(1),
  mean: z.number(),
  ci95: Interval.nullable(),
  /** Paired t test, corrected over the study; null with one seed, and where all differences are equal but not 0. */
  p: probability.nullable(),
  /** The same, not corrected. */
  pUncorrected: probability.nullable(),
  /** Wilcoxon's signed-rank test, exact and not corrected; null for fewer than six seeds. */
  wilcoxon: probability.nullable(),
});
export type Difference = z.infer<typeof Difference>;

/** Null where there is no pair. */
export const Differences = z.strictObject({ accuracy: Difference.nullable(), inactiveShare: Difference.nullable() });
export type Differences = z.infer<typeof Differences>;

export const ArmStatistics = z.strictObject({
  network: z.string(),
  arm: Arm,
  /** Name of the cut; null for arms without one. */
  pruning: z.string().nullable(),
  /** Runs that have ended, and such that have failed or not ended. */
  n: z.int().min(0),
  missing: z.int().min(0),
  /** Runs with an intermediate layer all of whose capsule types are inactive at the end. */
  collapsed: z.int().min(0),
  /** Null when no run has ended. */
  accuracy: Sample.nullable(),
  inactiveShare: Sample.nullable(),
  toTwin: Differences,
  runs: z.array(z.string()),
});
export type ArmStatistics = z.infer<typeof ArmStatistics>;

/** Pruned minus a control of it. */
export const ControlStatistics = z.strictObject({
  network: z.string(),
  pruning: z.string(),
  control: Arm.exclude(['unpruned', 'pruned']),
  /** Of capsule layers that start afresh at the cut: how many of the pruned runs' epochs they are trained for. */
  afresh: z
    .strictObject({ epochs: z.int().min(0), of: z.int().min(0) })
    .nullable()
    .default(null),
  difference: Differences,
  /** Of both arms. */
  runs: z.array(z.string()),
});
export type ControlStatistics = z.infer<typeof ControlStatistics>;

export const StudyStatistics = z.strictObject({
  arms: z.array(ArmStatistics),
  controls: z.array(ControlStatistics),
  /** The same over several networks, where there are several. */
  pooled: z.array(PooledStatistics).default([]),
});
export type StudyStatistics = z.infer<typeof StudyStatistics>;

/** In the order in which networks, arms and cuts first appear. */
export function statisticsOf(outcomes: readonly Outcome[]): StudyStatistics {
  const groups = [...Map.groupBy(outcomes, ({ network, arm, cut }) => JSON.stringify([network, arm, cut?.name])).values()];
  const byId = new Map(outcomes.map((outcome) => [outcome.id, outcome]));
  const withTwins = groups.map((group): Comparison => {
    const pairs = group.map((run): Comparison['pairs'][number] => [run, run.twin === null ? undefined : byId.get(run.twin)]);
    return { ...comparedOf(group), against: 'unpruned', pairs };
  });
  const ofNetwork = Map.groupBy(groups, (group) => group[0]!.network);
  const withControls = groups
    .filter((group) => group[0]!.arm === 'pruned')
    .flatMap((pruned) => controlsOf(pruned, ofNetwork.get(pruned[0]!.network)!));
  const arms = groups.map((group, i) => ({ ...armOf(group), toTwin: differencesOf(withTwins[i]!.pairs) }));
  const controls = withControls.map(({ group, ...comparison }) => ({
    ...{ network: comparison.network, pruning: comparison.pruning!, control: comparison.against as ControlStatistics['control'] },
    afresh: comparison.pairs[0]![0].cut!.afresh,
    difference: differencesOf(comparison.pairs),
    runs: [...comparison.pairs.map(([pruned]) => pruned), ...group].map(({ id }) => id),
  }));
  correct([...arms.map(({ toTwin }) => toTwin), ...controls.map(({ difference }) => difference)]);
  return { arms, controls, pooled: pooledOf([...withTwins, ...withControls]) };
}

function comparedOf(group: Outcome[]): Pick<Comparison, 'network' | 'forecast' | 'arm' | 'pruning'> {
  const { network, forecast, arm, cut } = group[0]!;
  return { network, forecast, arm, pruning: cut?.name ?? null };
}

function armOf(group: Outcome[]): Omit<ArmStatistics, 'toTwin'> {
  const { network, arm, cut } = group[0]!;
  const results = group.flatMap(({ result }) => result ?? []);
  const sample = (measure: Measure) => sampleOf(results.map((result) => result[measure]));
  return {
    ...{ network, arm, pruning: cut?.name ?? null },
    ...{ n: results.length, missing: group.length - results.length },
    collapsed: results.filter(({ collapsed }) => collapsed).length,
    ...{ accuracy: sample('accuracy'), inactiveShare: sample('inactiveShare') },
    runs: group.map(({ id }) => id),
  };
}

/** Of shares. */
export function sampleOf(values: readonly number[]): Sample | null {
  if (values.length === 0) return null;
  return {
    mean: meanOf(values),
    sd: values.length > 1 ? deviationOf(values) : null,
    ci95: clipped(intervalOf(values), SHARES),
    range: [Math.min(...values), Math.max(...values)],
  };
}

/** Pruned against every arm of its network that the study has to hold against it, seed by seed. */
function controlsOf(pruned: Outcome[], ofNetwork: Outcome[][]): (Comparison & { group: Outcome[] })[] {
  const { cut } = pruned[0]!;
  const isControl = (other: Outcome) =>
    other.arm === 'ccm' ||
    (other.arm === 'scratch' && other.cut?.remaining === cut!.remaining) ||
    (other.arm === 'random' && other.cut?.extent === cut!.extent);
  return ofNetwork
    .filter((group) => isControl(group[0]!))
    .map((group) => {
      const bySeed = new Map(group.map((outcome) => [outcome.seed, outcome]));
      const pairs = pruned.map((outcome): Comparison['pairs'][number] => [outcome, bySeed.get(outcome.seed)]);
      return { ...comparedOf(pruned), against: group[0]!.arm, pairs, group };
    });
}

/** Of pairs that both have a result. */
function differencesOf(pairs: [Outcome, Outcome | undefined][]): Differences {
  const of = (measure: Measure): Difference | null =>
    differenceOf(pairs.flatMap(([one, other]) => (one.result && other?.result ? [one.result[measure] - other.result[measure]] : [])));
  return { accuracy: of('accuracy'), inactiveShare: of('inactiveShare') };
}

/** @param differences of shares, one per seed; null if there are none. The p value is not corrected yet. */
export function differenceOf(differences: readonly number[]): Difference | null {
  if (differences.length === 0) return null;
  const p = pairedTTest(differences);
  const [n, mean] = [differences.length, meanOf(differences)];
  return { n, mean, ci95: clipped(intervalOf(differences), DIFFERENCES), p, pUncorrected: p, wilcoxon: wilcoxon(differences) };
}

/** Corrects the p values of all these differences together, in place. */
export function correct(all: readonly Differences[]): void {
  const tested = all.flatMap((differences) => measures.flatMap((measure) => differences[measure] ?? []));
  for (const [i, p] of holm(tested.map(({ pUncorrected }) => pUncorrected)).entries()) tested[i]!.p = p;
}
