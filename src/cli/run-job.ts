/** One run of a study in the terminal's own process: the engine does it, the store keeps each result as it comes. */
import { run } from '../engine/jobs/run.ts';
import type { Engine } from '../engine/engine.ts';
import type { Dataset } from '../shared/dataset.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import { InputError } from '../shared/input-error.ts';
import type { EpochMetrics } from '../shared/results.ts';
import { jobOf } from '../store/run-job.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { nodeHost } from '../trainer/node/host.ts';
import { accuracy, count, duration, plain, portion, real } from '../shared/present/format.ts';
import type { Progress } from './progress.ts';

export interface RunContext {
  store: Store;
  dataset: Dataset;
  engine: Engine;
  /** Why this engine. */
  reason: string;
  progress: Progress;
  shouldStop: () => boolean;
}

/** Milliseconds between two signs of life in the database. */
const heartbeatInterval = 30_000;

/**
 * Does a run that this process has claimed. Returns whether it finished or was stopped on request.
 * A run that throws is recorded as failed before the error goes on.
 */
export async function runJob(id: string, context: RunContext): Promise<'finished' | 'stopped'> {
  const { store, dataset, engine, progress } = context;
  const stored = store.run(id);
  const host = nodeHost();
  let inactive = inactiveText(store.epochs(id).at(-1), stored);
  try {
    return await run(jobOf(store, id), dataset, engine, {
      ...host,
      shouldStop: withHeartbeat(id, context),
      onStage: () => undefined,
      onCut: (cut) => {
        store.recordCut(id, cut);
        progress.say(`  cut from run ${stored.parent!}: ${count(stored.params)} parameters become ${count(cut.params)}`);
      },
      onStep: (step) => {
        host.sample();
        progress.step(step, inactive);
      },
      onEpoch: (metrics, checkpoint) => {
        store.recordEpoch(id, metrics, checkpoint);
        inactive = inactiveText(metrics, stored);
        progress.say(epochLine(metrics, inactive));
      },
      onStop: (checkpoint) => store.recordStop(id, checkpoint),
      onFinish: (finished) => store.recordFinish(id, finished),
    });
  } catch (error) {
    store.recordFailure(id, error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)));
    throw error;
  } finally {
    progress.endRun();
  }
}

function withHeartbeat(id: string, { store, shouldStop }: RunContext): () => boolean {
  let next = 0;
  return () => {
    if (performance.now() > next) {
      store.heartbeat(id);
      next = performance.now() + heartbeatInterval;
    }
    return shouldStop();
  };
}

function inactiveText(metrics: EpochMetrics | undefined, run: StoredRun): string | null {
  if (!metrics) return null;
  return portion(countAsMeasured(metrics.test.activity, run.spec.training.measure));
}

function epochLine({ epoch, train, test, seconds, imagesPerSecond }: EpochMetrics, inactive: string | null): string {
  return [
    `  epoch ${epoch}: train loss ${real(train.loss)}`,
    `test loss ${real(test.loss)}`,
    `test accuracy ${plain(accuracy(test.accuracy))}`,
    `inactive ${inactive ?? '-'}`,
    `${count(imagesPerSecond)} images/s`,
    `took ${duration(seconds)}`,
  ].join(', ');
}
