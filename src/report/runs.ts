/** The runs of a report in the order in which it shows them, each with its looks and with what it is compared to. */
import type { ReportRun } from './data.ts';
import { twinFinder, twinKey } from '../shared/twins.ts';
import { memberStyle, runStyle, type RunStyle } from '../shared/present/palette.ts';

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

/** For what has the colour of a run, and stays when the run is hidden. */
export function likeClass(run: RunView): string {
  return `like-${run.index}`;
}

/** A study's run names end with what tells its networks and seeds apart: "pruned (N16 D12 L3, seed 1)" is "pruned" and "N16 D12 L3, seed 1". */
export function splitName(name: string): { head: string; detail: string } {
  const [, head = name, detail = ''] = /^(.+?) \((.+)\)$/.exec(name) ?? [];
  return { head, detail };
}

/** A run whose twin is not among these has no baseline. */
export function viewRuns(runs: readonly ReportRun[]): RunView[] {
  // Runs of an arm and a cut have one colour, whatever their network and seed; dash and marker tell these apart.
  const groups = new Map<string, number>();
  const members = new Map<string, number>();
  const styleOf = ({ record: { arm, pruning } }: ReportRun): RunStyle => {
    const group = JSON.stringify([arm, pruning]);
    const member = members.get(group) ?? 0;
    members.set(group, member + 1);
    if (arm === 'source') return runStyle(member, 'source');
    if (!groups.has(group)) groups.set(group, groups.size);
    return memberStyle(groups.get(group)!, member);
  };
  const views = runs.map((run, index): RunView => ({ ...run, index, style: styleOf(run), baseline: null }));
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
