/** What a run was made from, and what was made from it. */
import type { RunSummary } from '../../shared/contract/index.ts';
import type { RunArm } from '../../shared/spec/arms.ts';

/** The run's ancestors, from the first, and its direct children, oldest first. */
export function family(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): { ancestors: RunSummary[]; children: RunSummary[] } {
  const ancestors: RunSummary[] = [];
  for (let parent = runs.get(run.parent ?? ''); parent; parent = runs.get(parent.parent ?? '')) ancestors.unshift(parent);
  return { ancestors, children: [...runs.values()].filter((other) => other.parent === run.id) };
}

/** Of the arrow to a run from what it was made from. */
export const leadsTo = ({ arm }: Pick<RunSummary, 'arm'>): string =>
  arm === 'pruned' || arm === 'random' ? 'pruned to' : arm === 'decoder' ? 'with a decoder' : 'goes on as';

const waysOn: [arms: readonly RunArm[], says: string][] = [
  [['pruned', 'random'], 'Pruned from it'],
  [['decoder'], 'Decoder'],
];

/** The children by what they are of the run: only what was cut is pruned, a decoder was trained beside it, and the rest goes on with it. */
export function childrenByWay(children: readonly RunSummary[]): { says: string; runs: RunSummary[] }[] {
  const ways = Map.groupBy(children, ({ arm }) => waysOn.find(([arms]) => arms.includes(arm))?.[1] ?? 'Goes on in');
  return [...ways].map(([says, runs]) => ({ says, runs }));
}
