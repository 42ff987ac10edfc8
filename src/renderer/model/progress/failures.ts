/** Why runs of a study have not ended well, taken together by cause, and the one thing that is worth doing about it. */
import type { RunSummary } from '../../../shared/contract/index.ts';

export type Action = 'retry' | 'go-on' | 'leave-out' | 'smaller-batch';

export interface Failure {
  /** What is wrong, in a sentence. */
  cause: string;
  runs: RunSummary[];
  action: Action;
  /** Why that. */
  advice: string;
  /** Runs that wait for these and cannot begin without them. */
  held: RunSummary[];
}

const causes: { test: RegExp; action: Action; advice: string }[] = [
  { test: /memory|alloc|ENOMEM/i, action: 'smaller-batch', advice: 'A smaller batch takes less memory, but trains differently and so makes a new study. Or retry when less else is running.' },
  { test: /not a number|diverg|NaN|not finite/i, action: 'leave-out', advice: 'With the same seed it would happen again. Leave it out, or start a study with a lower learning rate.' },
  { test: /no space|ENOSPC|disk/i, action: 'retry', advice: 'Free some disk space, then retry: it goes on from its last checkpoint.' },
  { test: /images|data set|weights of run/i, action: 'retry', advice: 'Retry once what it needs is here again.' },
]; // prettier-ignore

/**
 * Interrupted ones go on from their checkpoints; a failure without a known cause is tried once more.
 * @param waiting ids of what is to be tried again as it is, of which nothing more need be said
 */
export function failuresOf(runs: readonly RunSummary[], waiting: ReadonlySet<string>): Failure[] {
  const ended = runs.filter(({ id, status }) => (status === 'failed' || status === 'interrupted') && !waiting.has(id));
  const groups = Map.groupBy(ended, (run) => `${run.status} ${causeOf(run)}`);
  const children = Map.groupBy(runs, ({ parent }) => parent);
  const heldBy = (run: RunSummary): RunSummary[] =>
    (children.get(run.id) ?? []).filter(({ status }) => status !== 'finished').flatMap((child) => [child, ...heldBy(child)]);
  return [...groups.values()]
    .map((group): Failure => {
      const cause = causeOf(group[0]!);
      const held = group.flatMap(heldBy);
      if (group[0]!.status === 'interrupted') {
        const kept = group.every(({ resumable }) => resumable)
          ? 'It goes on from its last checkpoint.'
          : 'Those with a checkpoint go on from there, the others from the beginning.';
        return { cause, runs: group, action: 'go-on', advice: kept, held };
      }
      const known = causes.find(({ test }) => test.test(group[0]!.error ?? ''));
      const again = group.some(({ retries }) => retries > 0);
      const unknown = again
        ? { action: 'leave-out' as const, advice: 'It has failed more than once. Leave it out, or read its log.' }
        : { action: 'retry' as const, advice: 'Retry it; its log says what led to this.' };
      return { cause, runs: group, held, ...(known ?? unknown) };
    })
    .sort((a, b) => b.runs.length - a.runs.length);
}

/** First line of what the run says, without numbers that tell two of the same kind apart. */
function causeOf({ status, error }: RunSummary): string {
  if (error === null) return status === 'interrupted' ? 'Its process has ended before the run had.' : 'No reason was given.';
  return error.split('\n')[0]!.slice(0, 300);
}

/** With everything that cannot be done without them. */
export function withHeld({ runs, held }: Pick<Failure, 'runs' | 'held'>): string[] {
  return [...new Set([...runs, ...held].map(({ id }) => id))];
}

/** A run and all that is cut from it or goes on from it and has not ended. */
export function withDescendants(ids: readonly string[], runs: readonly RunSummary[]): string[] {
  const children = Map.groupBy(runs, ({ parent }) => parent);
  const found = new Set<string>();
  const add = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    for (const child of children.get(id) ?? []) if (child.status !== 'finished') add(child.id);
  };
  for (const id of ids) add(id);
  return [...found];
}

/** Waiting runs of a study in the order in which they are to be done. What a run is cut from keeps coming before it. */
export function reordered(
  waiting: readonly string[],
  runs: readonly RunSummary[],
  by: 'seed' | 'network',
  networkOf: (run: RunSummary) => string,
): string[] {
  const own = new Map(runs.map((run) => [run.id, run]));
  const placesOf = <T>(values: Iterable<T>) => new Map([...new Set(values)].map((value, i) => [value, i]));
  const seeds = placesOf(runs.map(({ seed }) => seed));
  const networks = placesOf(runs.map(networkOf));
  const placed = waiting.flatMap((id) => {
    const run = own.get(id);
    return run ? [{ id, seed: seeds.get(run.seed)!, network: networks.get(networkOf(run))! }] : [];
  });
  const [first, then] = by === 'seed' ? (['seed', 'network'] as const) : (['network', 'seed'] as const);
  const ordered = placed.sort((a, b) => a[first] - b[first] || a[then] - b[then]).map(({ id }) => id);
  // Runs of others stay where they are among them.
  let next = 0;
  return waiting.map((id) => (own.has(id) ? ordered[next++]! : id));
}
