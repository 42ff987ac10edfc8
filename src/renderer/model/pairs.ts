/** Which run another one is held against: its own twin. */
import type { RunSummary } from '../../shared/contract/index.ts';
import { twinFinder } from '../../shared/twins.ts';
import { family } from './family.ts';

/** Finds the twin of each of these runs among them; see shared/twins.ts. */
export function twinsAmong(runs: readonly RunSummary[]): (run: RunSummary) => RunSummary | null {
  const twinned = (run: RunSummary) => ({ id: run.id, arm: run.arm, study: run.study?.id ?? null, twinKey: run.twinKey, run });
  const find = twinFinder(runs.map(twinned));
  return (run) => find(twinned(run))?.run ?? null;
}

/** Ids of the runs that arrows lead from, by those that they lead to: the twin of a run, else what it was cut from. Only runs among these. */
export function originsOf(runs: readonly RunSummary[]): ReadonlyMap<string, string> {
  const twinOf = twinsAmong(runs);
  const origins = runs.flatMap((run): [string, string][] => {
    const parent = run.arm === 'pruned' || run.arm === 'random' ? runs.find(({ id }) => id === run.parent) : undefined;
    const origin = twinOf(run) ?? parent;
    return origin ? [[run.id, origin.id]] : [];
  });
  return new Map(origins);
}

/**
 * The run with those it was cut from and those cut from it, and the twins of all of them; of an unpruned run, all that are held
 * against it: what was pruned, and its controls. Ids, the unpruned ones first. A decoder on frozen capsules has the numbers of
 * the run that it was trained on, and stands beside nothing.
 */
export function comparableWith(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): string[] {
  const { ancestors, children } = family(run, runs);
  const near = [...ancestors, run, ...children.filter(({ arm }) => arm !== 'decoder')];
  const twinOf = twinsAmong([...runs.values()]);
  const twins = near.flatMap((one) => twinOf(one) ?? []);
  const held = run.arm === 'unpruned' ? [...runs.values()].filter((one) => !one.archived && twinOf(one)?.id === run.id) : [];
  return [...new Set([...twins, ...near, ...held].map(({ id }) => id))];
}
