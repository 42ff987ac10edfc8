/** One run from its beginning, or from where it stopped, to its end: prune, train, analyse. Results go to the host as they come. */
import { inputShape, type Dataset } from '../../shared/dataset.ts';
import { describe } from '../../shared/describe.ts';
import type { StepProgress } from '../../shared/progress.ts';
import type { EpochMetrics } from '../../shared/results.ts';
import type { CutNetwork, FinishedRun, RunJob, RunStage } from '../../shared/run-job.ts';
import { encodeWeights } from '../../shared/safetensors.ts';
import { seedsOf } from '../../shared/spec/training.ts';
import { decodeCheckpoint, decodeNetworkFile, encodeCheckpoint, encodeNetworkFile } from '../../shared/weights-file.ts';
import type { Weights } from '../../shared/weights.ts';
import type { Engine } from '../engine.ts';
import { analyse } from './analyse.ts';
import { JobStopped, type HostIO } from '../io.ts';
import { initialWeights } from '../network/initialise.ts';
import { holdOut } from '../training/validation.ts';
import { prune } from './prune.ts';
import { train } from './train.ts';

/** Checkpoints come as the files that they are kept in. */
export interface RunIO extends HostIO {
  onStage(stage: RunStage): void;
  onCut(cut: CutNetwork): void | Promise<void>;
  onStep(progress: StepProgress): void;
  /** After each epoch: its metrics and the checkpoint that replaces the one before. */
  onEpoch(metrics: EpochMetrics, checkpoint: Uint8Array): void | Promise<void>;
  /** Once, when the run ends because shouldStop() said so. Null: it goes on from the checkpoint it has, or from the beginning. */
  onStop(checkpoint: Uint8Array | null): void | Promise<void>;
  onFinish(finished: FinishedRun): void | Promise<void>;
}

/** Returns whether the run finished or was stopped on request. Throws an InputError when the parent's weights or the checkpoint cannot be used. */
export async function run(job: RunJob, dataset: Dataset, engine: Engine, io: RunIO): Promise<'finished' | 'stopped'> {
  try {
    return await pruneTrainAnalyse(job, dataset, engine, io);
  } catch (error) {
    if (!(error instanceof JobStopped)) throw error;
    await io.onStop(null);
    return 'stopped';
  }
}

async function pruneTrainAnalyse(job: RunJob, whole: Dataset, engine: Engine, io: RunIO): Promise<'finished' | 'stopped'> {
  const { training, seed, firstEpoch, frozen } = job.spec;
  const dataset = holdOut(whole, training.validation);
  const resume = job.checkpoint ? decodeCheckpoint(job.checkpoint, 'the checkpoint') : undefined;
  const start = resume ? { network: job.spec.network, weights: null } : await startOf(job, dataset, engine, io);
  const { network } = start;

  io.onStage('training');
  const trained = await train(
    { network, training, seed, firstEpoch, weights: start.weights, frozen },
    dataset,
    engine,
    {
      ...io,
      onEpoch: (metrics, checkpoint) => io.onEpoch(metrics, encodeCheckpoint(checkpoint)),
      onStop: (checkpoint) => io.onStop(encodeCheckpoint(checkpoint)),
    },
    resume,
  );
  if (trained.status === 'stopped') return 'stopped';

  io.onStage('analysing');
  const { evaluation, lengths, ...analysis } = await analyse({ network, training, weights: trained.weights }, dataset, engine, io);
  const { classes, preparation, standardisation } = dataset;
  const saved = { network, input: inputShape(dataset), classes, preparation, standardisation };
  const weights = encodeNetworkFile(saved, trained.weights);
  await io.onFinish({ weights, activity: encodeWeights(lengths, {}), evaluation, analysis });
  return 'finished';
}

/**
 * The network and weights that training starts with: cut from the parent's; the parent's as they are, for a control that differs from
 * a pruned run in nothing but the cut, so its optimizer starts afresh, too; the same with a fresh decoder; or what follows from the seed.
 */
async function startOf(
  { spec: { network, training, pruning, seed, frozen }, parent }: RunJob,
  dataset: Dataset,
  engine: Engine,
  io: RunIO,
): Promise<{ network: RunJob['spec']['network']; weights: Weights | null }> {
  if (!parent) return { network, weights: null };
  const source = decodeNetworkFile(parent, 'the weights of the run that this one begins with');
  if (frozen)
    return {
      network,
      weights: new Map([...initialWeights(network, inputShape(dataset), seedsOf(seed, training).weights), ...source.weights]),
    };
  if (!pruning) return source;
  io.onStage('judging channels');
  const job = { network: source.network, weights: source.weights, pruning, seeds: seedsOf(seed, training) };
  const { cut, ...pruned } = await prune(job, dataset, engine, io);
  const { params, flops } = describe(pruned.network, inputShape(dataset));
  await io.onCut({ network: pruned.network, cut, params, flops });
  return pruned;
}
