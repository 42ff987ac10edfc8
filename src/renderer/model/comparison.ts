/** The comparison of several runs as one table: settings that differ first, then results, each against a baseline. */
import type { RunDetail } from '../../shared/contract/index.ts';
import { countInactive, deadOf } from '../../shared/inactive.ts';
import { layerMeasures, measures, type Measure } from '../../shared/measures/catalogue.ts';
import { bestEpoch, type Measured } from '../../shared/measures/measured.ts';
import type { InactiveSummary } from '../../shared/results.ts';
import type { InactivityCriterion } from '../../shared/spec/training.ts';
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
  /** Stands for a result in files; a setting goes by its label. */
  id: string;
  label: string;
  /** Of the values, where the label does not say it. */
  unit: string;
  section: 'settings' | 'results';
  /** One per run. */
  cells: Cell[];
  /** Of a setting: not all runs have the same. */
  differs: boolean;
  /** What must be said beside it. */
  note: string | null;
}

/** Counted anew from the stored activity; null before the first test. */
export function inactiveOf(run: RunDetail, { criterion, threshold }: Inactivity): InactiveSummary | null {
  return run.evaluation ? countInactive(run.evaluation.activity, criterion, threshold) : null;
}

/** What was measured of the run, its inactive capsules counted in this way. */
export function measuredOf(run: RunDetail, inactivity: Inactivity): Measured {
  const { summary, evaluation, analysis, epochs } = run;
  return {
    ...summary,
    epochs: summary.epoch,
    accuracy: evaluation?.accuracy ?? null,
    top5: evaluation?.top5 ?? null,
    best: bestEpoch(
      epochs.map(({ epoch, test, validation }) => ({ epoch, test: test.accuracy, validation: validation?.accuracy ?? null })),
    ),
    loss: evaluation?.loss ?? null,
    inactive: inactiveOf(run, inactivity),
    dead: deadOf(analysis),
  };
}

/** @param baseline id of one of the runs */
export function compare(runs: readonly RunDetail[], baseline: string, inactivity: Inactivity): Row[] {
  const measured = runs.map((run) => measuredOf(run, inactivity));
  const base = runs.findIndex(({ summary }) => summary.id === baseline);
  const shown = measures.flatMap((measure) => (measure.id === 'inactive' ? [measure, ...layerMeasures(measured)] : [measure]));
  return [...settingRows(runs), ...shown.map((measure) => measureRow(measure, measured, base))];
}

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
    return { id: label, label, unit: '', section: 'settings', cells, differs: new Set(given.map(({ text }) => text)).size > 1, note: null };
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}

function measureRow(measure: Measure, runs: readonly Measured[], base: number): Row {
  const baseline = runs[base];
  const cells = runs.map((run, i): Cell => {
    const compared = baseline !== undefined && i !== base;
    return {
      text: measure.print(run),
      value: measure.of(run),
      difference: compared ? measure.difference(run, baseline) : null,
      verdict: compared ? measure.verdict(run, baseline) : null,
    };
  });
  const differs = new Set(cells.map(({ value }) => value)).size > 1;
  return { id: measure.id, label: measure.label, unit: measure.unit, section: 'results', cells, differs, note: measure.note(runs) };
}

/** The unpruned run among these that the others are best held against: the first with a pruned one of its seed, else the first unpruned, else the first. */
export function defaultBaseline(runs: readonly RunDetail[]): string | null {
  const unpruned = runs.filter(({ summary }) => summary.role === 'unpruned');
  const prunedSeeds = new Set(runs.filter(({ summary }) => summary.role === 'pruned').map(({ spec }) => spec.seed));
  return (unpruned.find(({ spec }) => prunedSeeds.has(spec.seed)) ?? unpruned[0] ?? runs[0])?.summary.id ?? null;
}
