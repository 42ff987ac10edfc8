/** What a reader of a study looks at: a number of every run, and what runs come to together. */
import { percent, points, span } from '../../../shared/present/format.ts';
import { meanOf } from '../../../shared/statistics/moments.ts';
import { LEAST_NETWORKS } from '../../../shared/statistics/pooled.ts';
import { clipped, DIFFERENCES, intervalOf, SHARES, type Interval } from '../../../shared/statistics/tests.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { once } from './once.ts';

export type RunsById = ReadonlyMap<string, StudyRun>;
export const runsById = once(
  (runs: readonly StudyRun[]): RunsById => new Map(runs.map((run) => [run.id, run])),
  () => '',
);

export interface Shown {
  label: string;
  /** Of a difference, where nothing has changed. */
  difference: boolean;
  /** Between which its values must lie. */
  possible: Interval;
  /** Of the axis; null: as far as the numbers go. */
  domain: [number, number] | null;
  of: (run: StudyRun, runs: RunsById) => number | null;
  print: (value: number) => string;
  /** Without the unit, where a column says it. */
  short: (value: number) => string;
  /** What stands behind ±, likewise. */
  spread: (value: number) => string;
}

const twinOf = ({ twin }: StudyRun, runs: RunsById) => (twin === null ? null : (runs.get(twin)?.result ?? null));
const digits = (value: number) => (Math.abs(value) >= 0.0995 || value === 0 ? 0 : 1);
const short = (value: number) => percent(value, digits(value)).replace(/\s*%$/, '');
const signedShort = (value: number) => points(value, digits(value)).replace(/\s*pp$/, '');
const spread = (value: number) => span(value, digits(value)).replace(/\s*pp$/, '');

/** Difference to the own twin. */
function toTwin(measure: 'inactiveShare' | 'accuracy'): Shown['of'] {
  return (run, runs) => {
    const twin = twinOf(run, runs);
    return run.result && twin ? run.result[measure] - twin[measure] : null;
  };
}

const share = { difference: false, possible: SHARES, short, spread } as const;
const change = {
  difference: true,
  possible: DIFFERENCES,
  domain: null,
  print: (value: number) => points(value, 2),
  short: signedShort,
  spread,
} as const;

export const shownMeasures = {
  inactive: {
    ...share,
    ...{ label: 'Inactive share', domain: [0, 1], of: ({ result }) => result?.inactiveShare ?? null, print: (value) => percent(value) },
  },
  accuracy: {
    ...share,
    ...{ label: 'Accuracy', domain: [0, 1], of: ({ result }) => result?.accuracy ?? null, print: (value) => percent(value, 2) },
  },
  'inactive-change': { ...change, label: 'Δ inactive', of: toTwin('inactiveShare') },
  'accuracy-change': { ...change, label: 'Δ accuracy', of: toTwin('accuracy') },
} as const satisfies Record<string, Shown>;
export type ShownName = keyof typeof shownMeasures;

export const shownOf = (name: ShownName): Shown => shownMeasures[name];

export interface Summary {
  n: number;
  networks: number;
  mean: number;
  /** 95 %: over the networks where there are several, over the seeds of one. Null with one seed, and with two networks. */
  ci95: Interval | null;
  /** Whether the interval ends where values must, so that it does not lie evenly about the mean. */
  cut: boolean;
  range: Interval;
}

/** Null where no run has a value. Several cuts of a network with one seed are one observation of it, by their mean. */
export function summaryOf(values: readonly { network: string; seed: number; value: number }[], { possible }: Shown): Summary | null {
  if (values.length === 0) return null;
  const means = (group: typeof values, by: (one: (typeof values)[number]) => unknown) =>
    [...Map.groupBy(group, by).values()].map((same) => meanOf(same.map(({ value }) => value)));
  const byNetwork = [...Map.groupBy(values, ({ network }) => network).values()].map((group) => means(group, ({ seed }) => seed));
  const sample = byNetwork.length > 1 ? byNetwork.map(meanOf) : byNetwork[0]!;
  const all = values.map(({ value }) => value);
  const interval = byNetwork.length > 1 && byNetwork.length < LEAST_NETWORKS ? null : intervalOf(sample);
  const ci95 = clipped(interval, possible);
  return {
    n: values.length,
    networks: byNetwork.length,
    mean: meanOf(sample),
    ci95,
    cut: interval !== null && interval.some((end, i) => end !== ci95![i]),
    range: [all.reduce((a, b) => Math.min(a, b)), all.reduce((a, b) => Math.max(a, b))],
  };
}

/** "47 ± 21"; without a spread where there is none to speak of. "25 [0, 60]" where the interval is cut off, "50 (0 … 100)" where there is none. */
export function summaryText(
  { mean, ci95, cut, range }: Summary,
  { short: print, spread: printSpread }: Pick<Shown, 'short' | 'spread'>,
): string {
  if (!ci95 && range[1] - range[0] >= 1e-3) return `${print(mean)} (${print(range[0])} … ${print(range[1])})`;
  if (ci95 && cut) return `${print(mean)} [${print(ci95[0])}, ${print(ci95[1])}]`;
  const half = ci95 ? (ci95[1] - ci95[0]) / 2 : 0;
  return half < 5e-4 ? print(mean) : `${print(mean)} ± ${printSpread(half)}`;
}

/** So many marks can be told apart in a chart; of more runs, means are drawn. */
export const MOST_MARKS = 2000;

/** A mark: a run, or the mean of the runs of a network, arm and cut where there are too many. */
export interface Mark {
  run: StudyRun;
  /** All that it stands for. */
  ids: string[];
}

/** The runs with a result; too many for a chart: one per network, arm and cut, with their means. */
export function marksOf(runs: readonly StudyRun[], most = MOST_MARKS): Mark[] {
  const finished = runs.filter(({ result }) => result !== null);
  if (finished.length <= most) return finished.map((run) => ({ run, ids: [run.id] }));
  return [...Map.groupBy(finished, ({ network, arm, pruning }) => JSON.stringify([network, arm, pruning])).values()].map((group) => {
    const results = group.map(({ result }) => result!);
    const result = {
      accuracy: meanOf(results.map(({ accuracy }) => accuracy)),
      inactiveShare: meanOf(results.map(({ inactiveShare }) => inactiveShare)),
      collapsed: results.every(({ collapsed }) => collapsed),
    };
    return { run: { ...group[0]!, result }, ids: group.map(({ id }) => id) };
  });
}
