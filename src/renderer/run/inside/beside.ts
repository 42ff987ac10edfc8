/** Runs that can stand beside another one on the same image. */
import type { RunSummary } from '../../../shared/contract/index.ts';
import { comparableWith } from '../../model/pairs.ts';

/** Its twin and relatives first, then others of the same data set, the newest first. */
export function besides(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): RunSummary[] {
  const usable = (one: RunSummary) =>
    one.id !== run.id && one.status === 'finished' && one.weightBytes > 0 && one.dataset.fingerprint === run.dataset.fingerprint;
  const near = comparableWith(run, runs).flatMap((id) => runs.get(id) ?? []);
  const others = [...runs.values()].reverse().filter(({ archived }) => !archived);
  return [...new Set([...near, ...others])].filter(usable).slice(0, 60);
}
