/** The runs of a report in the order in which it shows them, each with its looks and with what it is compared to. */
import type { ReportRun } from './data.ts';
import { twinFinder, twinKey } from '../shared/twins.ts';
import { runStyle, type RunStyle } from '../shared/present/palette.ts';

export interface RunView extends ReportRun {
  index: number;
  style: RunStyle;
  /** Its twin: the unpruned run of the same network, seed and training; see shared/twins.ts. */
  baseline: RunView | null;
}

/** Class that every mark of a run carries, so that hiding and highlighting it are rules of the style sheet. */
export function runClass(run: RunView): string {
  return `run-${run.index}`;
}

/** A study's run names end with what tells its networks and seeds apart: "pruned (N16 D12 L3, seed 1)" is "pruned" and "N16 D12 L3, seed 1". */
export function splitName(name: string): { head: string; detail: string } {
  const [, head = name, detail = ''] = /^(.+?) \((.+)\)$/.exec(name) ?? [];
  return { head, detail };
}

/** A run whose twin is not among these has no baseline. */
export function viewRuns(runs: readonly ReportRun[]): RunView[] {
  let compared = 0;
  let sources = 0;
  const views = runs.map((run, index): RunView => {
    const source = run.record.role === 'source';
    return { ...run, index, style: source ? runStyle(sources++, 'source') : runStyle(compared++, 'compared'), baseline: null };
  });
  const descents = views.map((view) => {
    const { record, lineage } = view;
    // All of a report is on one data set, and it may be of runs from anywhere.
    return {
      view,
      id: record.id,
      arm: record.arm,
      study: null,
      twinKey: twinKey({ dataset: '', lineage }),
    };
  });
  const twinOf = twinFinder(descents);
  for (const descent of descents) descent.view.baseline = twinOf(descent)?.view ?? null;
  return views;
}
