/** Runs as lists, comparisons and reports show them, put together from what is stored. */
import { countAsMeasured, deadOf } from '../shared/inactive.ts';
import { bestEpoch } from '../shared/measures/measured.ts';
import type { RunRecord } from '../shared/results.ts';
import { armOf } from '../shared/spec/arms.ts';
import { meanOf } from '../shared/statistics/moments.ts';
import type { Store } from './store.ts';
import type { StoredRun } from './types.ts';

/** Null for a run that has not been tested yet. */
export function recordOf(store: Store, run: StoredRun): RunRecord | null {
  const evaluation = store.results.evaluation(run.id);
  if (!evaluation) return null;
  const epochs = store.results.epochSummary(run.id);
  const weights = store.files.find(run.id, 'weights');
  return {
    id: run.id,
    name: run.name,
    role: run.role,
    arm: armOf(run),
    parent: run.parent,
    twin: store.twinOf(run.id),
    status: run.status,
    seed: run.spec.seed,
    pruning: run.spec.pruning && {
      criterion: run.spec.pruning.criterion,
      backbone: run.spec.pruning.backbone,
      ...(run.spec.pruning.blocks ? { blocks: run.spec.pruning.blocks } : {}),
      capsules: run.spec.pruning.capsules,
    },
    params: run.params,
    flops: run.flops,
    epochs: epochs?.last ?? run.spec.firstEpoch,
    accuracy: evaluation.accuracy,
    top5: evaluation.top5,
    best: bestEpoch(store.results.epochAccuracies(run.id)),
    loss: evaluation.loss,
    inactive: countAsMeasured(evaluation.activity, run.spec.training.measure),
    activityAtStart: (store.results.start(run.id)?.activity ?? []).map(({ meanLength }) => meanOf(meanLength)),
    dead: deadOf(store.results.final(run.id)?.analysis ?? null),
    imagesPerSecond: epochs?.imagesPerSecond ?? 0,
    peakMemoryBytes: epochs?.peakMemoryBytes ?? 0,
    weightBytes: weights?.bytes ?? 0,
    findings: store.findings.of(run.id),
    weights: weights ? store.files.path(weights) : '',
  };
}
