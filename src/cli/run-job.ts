/** One planned run from its beginning, or from where it stopped, to its end: prune, train, analyse, and store each result as it comes. */
import { analyse } from '../engine/jobs/analyse.ts';
import { JobStopped, type HostIO, type StoredCheckpoint } from '../engine/jobs/io.ts';
import { prune } from '../engine/jobs/prune.ts';
import { train } from '../engine/jobs/train.ts';
import type { Engine } from '../engine/engine.ts';
import { inputShape, type Dataset } from '../shared/dataset.ts';
import { describe } from '../shared/describe.ts';
import { countInactive } from '../shared/inactive.ts';
import { InputError } from '../shared/input-error.ts';
import type { EpochMetrics } from '../shared/results.ts';
import { encodeWeights } from '../shared/safetensors.ts';
import { decodeCheckpoint, decodeNetworkFile, encodeCheckpoint, encodeNetworkFile } from '../shared/weights-file.ts';
import type { Weights } from '../shared/weights.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { duration, integer, percent } from './format.ts';
import type { Progress } from './progress.ts';

export interface RunContext {
  store: Store;
  dataset: Dataset;
  engine: Engine;
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
  const { store, progress } = context;
  try {
    return await pruneTrainAnalyse(store.run(id), context);
  } catch (error) {
    if (error instanceof JobStopped) {
      store.recordStop(id, null);
      return 'stopped';
    }
    store.recordFailure(id, error instanceof InputError ? error.message : ((error as Error).stack ?? String(error)));
    throw error;
  } finally {
    progress.endRun();
  }
}

async function pruneTrainAnalyse(run: StoredRun, context: RunContext): Promise<'finished' | 'stopped'> {
  const { store, dataset, engine, progress } = context;
  const { id } = run;
  const io = hostOf(run, context);
  const resume = storedCheckpoint(store, id);
  const start = resume ? { network: run.spec.network, weights: null } : await startOf(run, context, io);
  const { training, seed, firstEpoch } = run.spec;
  const { network } = start;

  let inactive = inactiveText(store.epochs(id).at(-1), run);
  const trained = await train(
    { network, training, seed, firstEpoch, weights: start.weights },
    dataset,
    engine,
    {
      ...io,
      onStep: (step) => {
        io.sample();
        progress.step(step, inactive);
      },
      onEpoch: (metrics, checkpoint) => {
        store.recordEpoch(id, metrics, encodeCheckpoint(checkpoint));
        inactive = inactiveText(metrics, run);
        progress.say(epochLine(metrics, inactive));
      },
      onStop: (checkpoint) => store.recordStop(id, encodeCheckpoint(checkpoint)),
    },
    resume,
  );
  if (trained.status === 'stopped') return 'stopped';

  const { evaluation, lengths, ...analysis } = await analyse({ network, training, weights: trained.weights }, dataset, engine, io);
  const saved = { network, input: inputShape(dataset), classes: dataset.classes };
  store.recordFinish(
    id,
    { weights: encodeNetworkFile(saved, trained.weights), activity: encodeWeights(lengths, {}) },
    { evaluation, analysis: { ...analysis, cut: store.run(id).cut } },
  );
  return 'finished';
}

/** The network and weights that training starts with: a pruned run's are cut from its parent's, any other's follow from the seed. */
async function startOf(
  run: StoredRun,
  { store, dataset, engine, progress }: RunContext,
  io: HostIO,
): Promise<{ network: StoredRun['spec']['network']; weights: Weights | null }> {
  const { pruning, seed, network } = run.spec;
  if (!pruning) return { network, weights: null };
  const file = store.file(run.parent!, 'weights');
  if (!file) throw new InputError(`the weights of run ${run.parent!}, from which run ${run.id} is cut, are not here`);
  const parent = decodeNetworkFile(store.files.read(file), store.files.path(file));
  const { cut, ...pruned } = await prune({ network: parent.network, weights: parent.weights, pruning, seed }, dataset, engine, io);
  const { params, flops } = describe(pruned.network, inputShape(dataset));
  store.recordCut(run.id, { network: pruned.network, cut, params, flops });
  progress.say(`  cut from run ${run.parent!}: ${integer(run.params)} parameters become ${integer(params)}`);
  return pruned;
}

function storedCheckpoint(store: Store, run: string): StoredCheckpoint | undefined {
  const file = store.file(run, 'checkpoint');
  return file ? decodeCheckpoint(store.files.read(file), store.files.path(file)) : undefined;
}

function hostOf({ id }: StoredRun, { store, shouldStop }: RunContext): HostIO & { sample: () => void } {
  let peak = 0;
  let nextHeartbeat = 0;
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  return {
    now: () => performance.now(),
    shouldStop: () => {
      if (performance.now() > nextHeartbeat) {
        store.heartbeat(id);
        nextHeartbeat = performance.now() + heartbeatInterval;
      }
      return shouldStop();
    },
    sample,
    peakMemory: () => {
      sample();
      return peak;
    },
  };
}

function inactiveText(metrics: EpochMetrics | undefined, run: StoredRun): string | null {
  if (!metrics) return null;
  const { criterion, threshold } = run.spec.training.measure;
  const { total, of } = countInactive(metrics.test.activity, criterion, threshold);
  return `${total}/${of}`;
}

function epochLine({ epoch, train, test, seconds, imagesPerSecond }: EpochMetrics, inactive: string | null): string {
  return [
    `  epoch ${epoch}: train loss ${train.loss.toFixed(4)}`,
    `test loss ${test.loss.toFixed(4)}`,
    `test accuracy ${percent(test.accuracy)}`,
    `inactive ${inactive ?? '-'}`,
    `${integer(imagesPerSecond)} images/s`,
    `took ${duration(seconds)}`,
  ].join(', ');
}
