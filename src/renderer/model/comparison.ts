/** The comparison of several runs as one table: settings that differ first, then results, each against a baseline. */
import type { RunDetail } from '../../shared/contract/index.ts';
import { countInactive } from '../../shared/inactive.ts';
import { bytes, change, count, inactiveShare, percent, points, quantity, real, signed } from '../../shared/present/format.ts';
import type { InactiveSummary } from '../../shared/results.ts';
import type { InactivityCriterion } from '../../shared/spec/training.ts';
import { layerName } from './names.ts';
import { settingsOf } from './settings.ts';

/** How inactive capsules are counted. */
export interface Inactivity {
  criterion: InactivityCriterion;
  threshold: number;
}

/** Null: a run has no such value. */
export interface Cell {
  text: string;
  value: string | number | null;
  /** Against the baseline; null for the baseline itself and where there is nothing to subtract. */
  difference: string | null;
  /** Whether the difference is for the better. */
  verdict: 'better' | 'worse' | null;
}

export interface Row {
  label: string;
  section: 'settings' | 'results';
  /** One per run. */
  cells: Cell[];
  /** Of a setting: not all runs have the same. */
  differs: boolean;
}

interface Measure {
  label: string;
  value: (run: RunDetail, inactive: InactiveSummary | null) => number | null;
  print: (value: number, inactive: InactiveSummary | null) => string;
  difference: (value: number, baseline: number) => string;
  better: 'more' | 'fewer' | null;
}

/** Capsule types of the intermediate layers that are never longer than the threshold the run was measured with. */
function deadOf({ analysis }: RunDetail): number | null {
  const layers = analysis?.dead.filter(({ layer }) => layer.startsWith('capsules.'));
  return layers ? layers.reduce((sum, { dead }) => sum + dead, 0) : null;
}

const shares = (value: number, baseline: number) => points(value - baseline, 2);
const counts = (value: number, baseline: number) => signed(value - baseline, count);
const relative = (value: number, baseline: number) => change(baseline, value);
const reals = (value: number, baseline: number) => signed(value - baseline, (size) => real(size, 3));

const beforeLayers: Measure[] = [
  {
    label: 'Test accuracy',
    value: (run) => run.evaluation?.accuracy ?? null,
    print: (v) => percent(v, 2),
    difference: shares,
    better: 'more',
  },
  {
    label: 'Top-5 accuracy',
    value: (run) => run.evaluation?.top5 ?? null,
    print: (v) => percent(v, 2),
    difference: shares,
    better: 'more',
  },
  { label: 'Test loss', value: (run) => run.evaluation?.loss ?? null, print: (v) => real(v), difference: reals, better: 'fewer' },
  {
    label: 'Inactive capsules',
    value: (_, inactive) => inactive?.total ?? null,
    print: (v, inactive) => `${v} of ${inactive?.of ?? 0}`,
    difference: counts,
    better: 'fewer',
  },
  {
    label: 'Inactive share',
    value: (_, inactive) => (inactive && inactive.of > 0 ? inactiveShare(inactive) : null),
    print: (v) => percent(v),
    difference: shares,
    better: 'fewer',
  },
];

const afterLayers: Measure[] = [
  { label: 'Dead capsules', value: deadOf, print: count, difference: counts, better: 'fewer' },
  { label: 'Parameters', value: ({ summary }) => summary.params, print: count, difference: relative, better: 'fewer' },
  { label: 'FLOPs per image', value: ({ summary }) => summary.flops, print: quantity, difference: relative, better: 'fewer' },
  { label: 'Weights', value: ({ summary }) => summary.weightBytes || null, print: bytes, difference: relative, better: 'fewer' },
  {
    label: 'Training images per second',
    value: ({ summary }) => summary.imagesPerSecond,
    print: count,
    difference: relative,
    better: 'more',
  },
  { label: 'Peak memory', value: ({ summary }) => summary.peakMemoryBytes, print: bytes, difference: relative, better: 'fewer' },
  { label: 'Epochs in its life', value: ({ summary }) => summary.epoch, print: count, difference: counts, better: null },
];

function layerMeasure(layer: string): Measure {
  const find = (inactive: InactiveSummary | null) => inactive?.perLayer.find((one) => one.layer === layer);
  return {
    label: `Inactive in ${layerName(layer)}`,
    value: (_, inactive) => find(inactive)?.inactive ?? null,
    print: (v, inactive) => `${v} of ${find(inactive)?.of ?? 0}`,
    difference: counts,
    better: 'fewer',
  };
}

/** Counted anew from the stored activity; null before the first test. */
export function inactiveOf(run: RunDetail, { criterion, threshold }: Inactivity): InactiveSummary | null {
  return run.evaluation ? countInactive(run.evaluation.activity, criterion, threshold) : null;
}

/** Names of all intermediate layers that any of these has, from the input upwards. */
export function layersOf(summaries: readonly (InactiveSummary | null)[]): string[] {
  const names = new Set(summaries.flatMap((summary) => summary?.perLayer.map(({ layer }) => layer) ?? []));
  return [...names].sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
}

/** @param baseline id of one of the runs */
export function compare(runs: readonly RunDetail[], baseline: string, inactivity: Inactivity): Row[] {
  const inactive = runs.map((run) => inactiveOf(run, inactivity));
  const base = runs.findIndex(({ summary }) => summary.id === baseline);
  return [...settingRows(runs), ...measures(inactive).map((measure) => measureRow(measure, runs, inactive, base))];
}

const measures = (inactive: (InactiveSummary | null)[]) => [...beforeLayers, ...layersOf(inactive).map(layerMeasure), ...afterLayers];

function settingRows(runs: readonly RunDetail[]): Row[] {
  const perRun = runs.map((run) => new Map(settingsOf(run).map(({ label, value }) => [label, value])));
  const labels = new Set(perRun.flatMap((settings) => [...settings.keys()]));
  const rows = [...labels].map((label): Row => {
    const cells = perRun.map((settings): Cell => {
      const value = settings.get(label) ?? null;
      return { text: value === null ? '–' : String(value), value, difference: null, verdict: null };
    });
    // A run that is not cut has no granularity; that alone tells nothing.
    const given = cells.filter(({ value }) => value !== null);
    return { label, section: 'settings', cells, differs: new Set(given.map(({ text }) => text)).size > 1 };
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}

function measureRow(measure: Measure, runs: readonly RunDetail[], inactive: (InactiveSummary | null)[], base: number): Row {
  const values = runs.map((run, i) => measure.value(run, inactive[i] ?? null));
  const from = values[base] ?? null;
  const cells = values.map((value, i): Cell => {
    const text = value === null ? '–' : measure.print(value, inactive[i] ?? null);
    if (i === base || value === null || from === null) return { text, value, difference: null, verdict: null };
    const difference = measure.difference(value, from);
    const better = measure.better === 'more' ? value > from : value < from;
    // What is printed as zero is neither.
    const verdict = measure.better === null || !/[1-9∞]/.test(difference) ? null : better ? 'better' : 'worse';
    return { text, value, difference, verdict };
  });
  return { label: measure.label, section: 'results', cells, differs: new Set(values).size > 1 };
}

/** The unpruned run among these that the others are best held against: the first with a pruned one of its seed, else the first unpruned, else the first. */
export function defaultBaseline(runs: readonly RunDetail[]): string | null {
  const unpruned = runs.filter(({ summary }) => summary.role === 'unpruned');
  const prunedSeeds = new Set(runs.filter(({ summary }) => summary.role === 'pruned').map(({ spec }) => spec.seed));
  return (unpruned.find(({ spec }) => prunedSeeds.has(spec.seed)) ?? unpruned[0] ?? runs[0])?.summary.id ?? null;
}
