import type { CurrentJob, RunSummary } from '../../shared/contract/index.ts';

/** How much of a run's own epochs is done, from 0 to 1; a pruned one's begin where its parent's ended. */
export function jobShare({ progress }: Pick<CurrentJob, 'progress'>, run: Pick<RunSummary, 'firstEpoch'> | undefined): number {
  if (!progress || !run) return 0;
  const { firstEpoch } = run;
  const done = progress.epoch - 1 + progress.step / progress.steps - firstEpoch;
  return Math.min(1, Math.max(0, done / Math.max(1, progress.epochs - firstEpoch)));
}
