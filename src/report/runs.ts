/** The runs of a report in the order in which it shows them, each with its looks and with what it is compared to. */
import type { ReportRun } from './data.ts';
import { runStyle, type RunStyle } from '../shared/present/palette.ts';

export interface RunView extends ReportRun {
  index: number;
  style: RunStyle;
  /** The unpruned run with the network and the seed that a pruned one started from. */
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

/** Throws nothing: a pruned run whose parent or twin is not among the runs has no baseline. */
export function viewRuns(runs: readonly ReportRun[]): RunView[] {
  let compared = 0;
  let sources = 0;
  const views = runs.map((run, index): RunView => {
    const source = run.record.role === 'source';
    return { ...run, index, style: source ? runStyle(sources++, 'source') : runStyle(compared++, 'compared'), baseline: null };
  });
  for (const view of views) if (view.record.role === 'pruned') view.baseline = baselineOf(view, views);
  return views;
}

function baselineOf(pruned: RunView, runs: readonly RunView[]): RunView | null {
  const twins = runs.filter(({ record }) => record.role === 'unpruned' && record.seed === pruned.record.seed);
  const parent = runs.find(({ record }) => record.id === pruned.record.parent);
  if (!parent) return twins.length === 1 ? twins[0]! : null;
  const network = JSON.stringify(parent.network);
  return twins.find((twin) => JSON.stringify(twin.network) === network) ?? null;
}
