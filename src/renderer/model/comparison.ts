/** The comparison of several runs as one table: settings that differ first, then results, each against the run's own twin, or against one that was asked for. */
import type { RunDetail, RunSummary } from '../../shared/contract/index.ts';
import { countInactive, deadOf } from '../../shared/inactive.ts';
import { layerMeasures, measures, type Measure } from '../../shared/measures/catalogue.ts';
import { bestEpoch, type Measured } from '../../shared/measures/measured.ts';
import type { Evaluation, InactiveSummary } from '../../shared/results.ts';
import type { InactivityCriterion } from '../../shared/spec/training.ts';
import { intervalOf } from '../../shared/statistics/tests.ts';
import { twinsAmong } from './pairs.ts';
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
  /** Against what the run is held against; null where that is nothing, or there is nothing to subtract. */
  difference: string | null;
  /** Whether the difference is for the better; null where several seeds do not agree on it. */
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

/** The last count of a run, which table, heat maps and bars of a page ask for one after another. */
const counted = new WeakMap<Evaluation, InactiveSummary>();

/** Counted from the stored activity, once for all parts of a page; null before the first test. */
export function inactiveOf({ evaluation }: Pick<RunDetail, 'evaluation'>, { criterion, threshold }: Inactivity): InactiveSummary | null {
  if (!evaluation) return null;
  const last = counted.get(evaluation);
  if (last?.criterion === criterion && last.threshold === threshold) return last;
  const summary = countInactive(evaluation.activity, criterion, threshold);
  counted.set(evaluation, summary);
  return summary;
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

/**
 * What each run is held against, by id: its own twin if that is among the runs, or the one run that was asked for.
 * A run without an entry is held against nothing.
 */
export function basesOf(runs: readonly RunDetail[], asked: string | null): ReadonlyMap<string, string> {
  const summaries = runs.map(({ summary }) => summary);
  const twinOf = twinsAmong(summaries);
  const baseOf = (run: RunSummary) => (asked === null ? twinOf(run)?.id : asked === run.id ? undefined : asked);
  return new Map(summaries.flatMap((run): [string, string][] => [[run.id, baseOf(run) ?? '']]).filter(([, base]) => base !== ''));
}

export function compare(runs: readonly RunDetail[], bases: ReadonlyMap<string, string>, inactivity: Inactivity): Row[] {
  const measured = runs.map((run) => measuredOf(run, inactivity));
  const at = new Map(runs.map(({ summary }, i) => [summary.id, i]));
  const pairs = runs.map(({ summary }) => at.get(bases.get(summary.id) ?? '') ?? null);
  const seeds = [...Map.groupBy(runs.keys(), (i) => settingOf(runs[i]!, runs[pairs[i] ?? i]!)).values()];
  // Among no more than five classes the right one is always among the first five.
  const telling = measures.filter(({ id }) => id !== 'top5' || runs.some(({ classes }) => classes.length > 5));
  const shown = telling.flatMap((measure) => (measure.id === 'inactive' ? [measure, ...layerMeasures(measured)] : [measure]));
  return [...settingRows(runs), ...shown.map((measure) => measureRow(measure, measured, pairs, seeds))];
}

/** Equal for runs of the same arm and cut whose networks before the cut are the same: those that differ in their seeds. */
function settingOf({ summary: { arm, dataset, pruning, network, lastEpoch } }: RunDetail, base: RunDetail): string {
  return JSON.stringify([arm, dataset.fingerprint, pruning, network, lastEpoch, base.summary.network]);
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

function measureRow(measure: Measure, runs: readonly Measured[], pairs: readonly (number | null)[], seeds: readonly number[][]): Row {
  const untold = new Set(seeds.filter((group) => isUntold(measure, runs, pairs, group)).flat());
  const cells = runs.map((run, i): Cell => {
    const base = pairs[i] ?? null;
    const compared = base === null ? null : runs[base]!;
    return {
      text: measure.print(run),
      value: measure.of(run),
      difference: compared && measure.difference(run, compared),
      verdict: compared && !untold.has(i) ? measure.verdict(run, compared) : null,
    };
  });
  const differs = new Set(cells.map(({ value }) => value)).size > 1;
  return { id: measure.id, label: measure.label, unit: measure.unit, section: 'results', cells, differs, note: measure.note(runs) };
}

/** Whether over several seeds the interval of the differences holds 0, so that none of them is for the better or for the worse. */
function isUntold(measure: Measure, runs: readonly Measured[], pairs: readonly (number | null)[], seeds: readonly number[]): boolean {
  const differences = seeds.flatMap((i) => {
    const base = pairs[i] ?? null;
    const [to, from] = [measure.of(runs[i]!), base === null ? null : measure.of(runs[base]!)];
    return to === null || from === null ? [] : [to - from];
  });
  const interval = intervalOf(differences);
  return interval !== null && interval[0] <= 0 && interval[1] >= 0;
}
