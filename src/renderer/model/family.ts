/** What a run was cut from, and what was cut from it. */
import type { RunSummary } from '../../shared/contract/index.ts';

/** The run's ancestors, from the first, and its direct children, oldest first. */
export function family(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): { ancestors: RunSummary[]; children: RunSummary[] } {
  const ancestors: RunSummary[] = [];
  for (let parent = runs.get(run.parent ?? ''); parent; parent = runs.get(parent.parent ?? '')) ancestors.unshift(parent);
  return { ancestors, children: [...runs.values()].filter((other) => other.parent === run.id) };
}
