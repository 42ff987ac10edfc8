/** Runs of a study that is done on another computer, as they stand there. */
import type { ClusterStudy, RunSummary } from '../../shared/contract/index.ts';

/** The database here knows of a run once its unit has ended; what was told of it before is added. */
export function asTheyStand(runs: readonly RunSummary[], cluster: ClusterStudy | undefined): readonly RunSummary[] {
  if (!cluster) return runs;
  const running = new Map(cluster.running.map(({ run, epoch }) => [run, epoch]));
  const interrupted = new Set(cluster.interrupted);
  return runs.map((run) => {
    if (run.status !== 'queued') return run;
    if (running.has(run.id)) return { ...run, status: 'running', epoch: running.get(run.id) ?? run.firstEpoch };
    return interrupted.has(run.id) ? { ...run, status: 'interrupted' } : run;
  });
}

/** Ids of those whose turn will come there. */
export const waitingThere = (runs: readonly RunSummary[], cluster: ClusterStudy | undefined): string[] =>
  cluster ? asTheyStand(runs, cluster).flatMap(({ id, status }) => (status === 'queued' ? [id] : [])) : [];

/** Runs that have finished and whose weights are not here. */
export const withoutWeights = (runs: readonly RunSummary[]): RunSummary[] =>
  runs.filter(({ status, weightBytes }) => status === 'finished' && weightBytes === 0);
