/** Runs as lists, comparisons and reports show them, put together from what is stored. */
import { countInactive } from '../shared/inactive.ts';
import type { EpochMetrics, Evaluation, RunRecord } from '../shared/results.ts';
import type { Store } from './store.ts';
import type { StoredRun } from './types.ts';

/** The network's latest test: the final one, or that of the last epoch while the run has not ended; null before the first. */
export function latestEvaluation(store: Store, run: string): Evaluation | null {
  return store.result(run)?.evaluation ?? store.epochs(run).at(-1)?.test ?? null;
}

/** Null for a run that has not been tested yet. */
export function recordOf(store: Store, run: StoredRun): RunRecord | null {
  const evaluation = latestEvaluation(store, run.id);
  if (!evaluation) return null;
  const epochs = store.epochs(run.id);
  const weights = store.file(run.id, 'weights');
  const { criterion, threshold } = run.spec.training.measure;
  return {
    id: run.id,
    name: run.name,
    role: run.role,
    parent: run.parent,
    status: run.status,
    seed: run.spec.seed,
    pruning: run.spec.pruning && {
      criterion: run.spec.pruning.criterion,
      backbone: run.spec.pruning.backbone,
      capsules: run.spec.pruning.capsules,
    },
    params: run.params,
    flops: run.flops,
    epochs: epochs.at(-1)?.epoch ?? run.spec.firstEpoch,
    accuracy: evaluation.accuracy,
    top5: evaluation.top5,
    loss: evaluation.loss,
    inactive: countInactive(evaluation.activity, criterion, threshold),
    imagesPerSecond: mean(epochs, (epoch) => epoch.imagesPerSecond),
    peakMemoryBytes: Math.max(0, ...epochs.map((epoch) => epoch.peakMemoryBytes)),
    weightBytes: weights?.bytes ?? 0,
    weights: weights ? store.files.path(weights) : '',
  };
}

function mean(epochs: EpochMetrics[], pick: (epoch: EpochMetrics) => number): number {
  return epochs.length === 0 ? 0 : epochs.reduce((sum, epoch) => sum + pick(epoch), 0) / epochs.length;
}
