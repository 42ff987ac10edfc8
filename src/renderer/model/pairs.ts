/** Which unpruned network a pruned run is held against. */
import type { RunSummary } from '../../shared/contract/index.ts';
import { family } from './run-list.ts';

/**
 * Id of the run that an arrow to this one comes from: the unpruned run of the same study (or data set), seed and depth,
 * else the run that it was cut from. Null when neither is among `others`.
 */
export function originOf(run: RunSummary, others: readonly RunSummary[]): string | null {
  if (run.role !== 'pruned') return null;
  const twin = others.find(
    (one) =>
      one.role === 'unpruned' &&
      one.seed === run.seed &&
      one.study?.id === run.study?.id &&
      one.dataset.fingerprint === run.dataset.fingerprint &&
      one.network.depth === run.network.depth,
  );
  return (twin ?? others.find(({ id }) => id === run.parent))?.id ?? null;
}

/** The run with those it was cut from and those cut from it, and the unpruned twins of the network at its root. Ids, the unpruned ones first. */
export function comparableWith(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): string[] {
  const { ancestors, children } = family(run, runs);
  const root = ancestors[0] ?? run;
  const twins = [...runs.values()].filter(
    (one) =>
      one.role === 'unpruned' &&
      one.seed === root.seed &&
      one.dataset.fingerprint === root.dataset.fingerprint &&
      one.study?.id === root.study?.id &&
      JSON.stringify(one.network) === JSON.stringify(root.network),
  );
  return [...new Set([...twins, ...ancestors, run, ...children].map(({ id }) => id))];
}
