/** All runs as lines through one axis per factor in which they differ, and through what came out. */
import { percent, real } from '../../../shared/present/format.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { factors, factorText, type FactorName } from '../../../shared/study-factors.ts';
import { inArmOrder, shortNames } from './arms.ts';
import { valuesOf, varying } from './brush.ts';
import type { Mark } from './values.ts';

export interface ParallelAxis {
  key: string;
  label: string;
  ticks: { at: number; text: string }[];
  /** Place on the axis, 0 below and 1 above; null where the run has none. */
  at: (run: StudyRun) => number | null;
  /** Values between two places, as a chip says them. */
  range: (low: number, high: number) => string;
}

/** What was chosen freely, by its values in equal steps. */
function stepped<Value>(
  key: string,
  label: string,
  values: readonly Value[],
  of: (run: StudyRun) => Value | undefined,
  print: (value: Value) => string,
): ParallelAxis {
  const at = (i: number) => (values.length === 1 ? 0.5 : i / (values.length - 1));
  return {
    key,
    label,
    ticks: values.map((value, i) => ({ at: at(i), text: print(value) })),
    at: (run) => {
      const value = of(run);
      const place = value === undefined ? -1 : values.indexOf(value);
      return place < 0 ? null : at(place);
    },
    range: (low, high) => {
      const inside = values.filter((_, i) => at(i) >= low && at(i) <= high).map(print);
      return inside.length === 0
        ? `${label}: none`
        : `${label} ${inside.length > 2 ? `${inside[0]} to ${inside.at(-1)}` : inside.join(' and ')}`;
    },
  };
}

const shareAxis = (key: string, label: string, of: (run: StudyRun) => number | null): ParallelAxis => ({
  key,
  label,
  ticks: [0, 0.5, 1].map((value) => ({ at: value, text: percent(value, 0) })),
  at: of,
  range: (low, high) => `${label} ${percent(low, 0)} to ${percent(high, 0)}`,
});

/** Gain over critical gain is a ratio: on a logarithmic axis. */
function criticalAxis(runs: readonly StudyRun[]): ParallelAxis | null {
  const found = runs.flatMap(({ overCritical }) => overCritical ?? []);
  if (new Set(found).size < 2) return null;
  const [low, high] = [Math.log(found.reduce((a, b) => Math.min(a, b))), Math.log(found.reduce((a, b) => Math.max(a, b)))];
  const value = (at: number) => Math.exp(low + at * (high - low));
  const at = (ratio: number) => (Math.log(ratio) - low) / (high - low);
  return {
    key: 'critical',
    label: 'gain ÷ critical',
    ticks: [
      { at: 0, text: real(value(0), 2) },
      ...(at(1) > 0.08 && at(1) < 0.92 ? [{ at: at(1), text: '1' }] : []),
      { at: 1, text: real(value(1), 2) },
    ],
    at: ({ overCritical }) => (overCritical === null ? null : at(overCritical)),
    range: (from, to) => `gain ÷ critical ${real(value(from), 2)} to ${real(value(to), 2)}`,
  };
}

export function parallelAxes(runs: readonly StudyRun[]): ParallelAxis[] {
  const there = varying(runs);
  // D/N says nothing that N and D do not.
  const shown = there.filter((name) => name !== 'network' && (name !== 'ratio' || !(there.includes('types') && there.includes('dim'))));
  const critical = criticalAxis(runs);
  return [
    ...shown.map((name: FactorName) =>
      stepped(
        name,
        factors[name].symbol,
        valuesOf(runs, name),
        (run) => run.factors[name],
        (value) => factorText(name, value),
      ),
    ),
    ...(critical ? [critical] : []),
    stepped(
      'arm',
      'arm',
      inArmOrder(runs.map(({ arm }) => arm)),
      ({ arm }) => arm,
      (arm) => shortNames[arm],
    ),
    shareAxis('inactive', 'inactive', ({ result }) => result?.inactiveShare ?? null),
    shareAxis('accuracy', 'accuracy', ({ result }) => result?.accuracy ?? null),
  ];
}

/** Marks whose place on an axis lies in a stretch of it. */
export const within = (axis: ParallelAxis, marks: readonly Mark[], low: number, high: number): string[] =>
  marks.flatMap(({ run, ids }) => {
    const at = axis.at(run);
    return at !== null && at >= low && at <= high ? ids : [];
  });
