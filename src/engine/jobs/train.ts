/** The training job: epochs of steps, evaluation after each, a checkpoint after each, stop at the next step. */
import { inputShape, stepsPerEpoch, trainingImages, type Dataset } from '../../shared/dataset.ts';
import type { NetworkSpec } from '../../shared/spec/network.ts';
import { isCollapsed, PATIENCE } from '../../shared/findings/collapse.ts';
import { seedsOf, type TrainingSpec } from '../../shared/spec/training.ts';
import { scoresOf, type StartMetrics } from '../../shared/results.ts';
import type { Weights } from '../../shared/weights.ts';
import { evaluate } from '../analysis/evaluate.ts';
import type { Engine } from '../engine.ts';
import { CapsNet } from '../network/capsnet.ts';
import { initialWeights } from '../network/initialise.ts';
import { trainingBatches } from '../training/batches.ts';
import { CheckpointMeta } from '../training/checkpoint.ts';
import { TrainingState } from '../training/training-state.ts';
import { breathe, JobStopped, type JobIO, type StoredCheckpoint } from '../io.ts';
import { couplingOf } from './coupling.ts';

export interface TrainJob {
  network: NetworkSpec;
  training: TrainingSpec;
  seed: number;
  /** Epochs already behind the network. */
  firstEpoch: number;
  /** Weights to start from; null initialises them from the seed. */
  weights: Weights | null;
  /** Only the decoder is trained. */
  frozen?: true | undefined;
}

export interface TrainResult {
  status: 'finished' | 'stopped';
  weights: Weights;
}

/** Test images whose routing is looked at after every epoch. */
const COUPLING_IMAGES = 16;

/** Time between two chances for the host's event loop, in milliseconds. */
const BREATH_INTERVAL = 20;

/** Trains until the last epoch, until the host says stop, or until it is given up as collapsed, which is an end like the last epoch. `resume` continues bit for bit where its job stopped. */
export async function train(job: TrainJob, dataset: Dataset, engine: Engine, io: JobIO, resume?: StoredCheckpoint): Promise<TrainResult> {
  const { network, training, seed, firstEpoch, frozen } = job;
  const seeds = seedsOf(seed, training);
  const input = inputShape(dataset);
  const net = new CapsNet(network, input, engine.kernels, resume?.tensors ?? job.weights ?? initialWeights(network, input, seeds.weights));
  const state = new TrainingState(net, training, { seed, epoch: firstEpoch, readInterval: engine.readInterval, frozen });
  try {
    if (resume) state.restore({ tensors: resume.tensors, meta: CheckpointMeta.parse(resume.meta) });
    if (state.untouched) state.start ??= await startOf(net, job, dataset, engine, io);
    const lastEpoch = firstEpoch + training.epochs;
    const steps = stepsPerEpoch(trainingImages(dataset), training.batch);
    const clock = new JobClock(io, steps);
    let lastBreath = io.now();
    // Kept in the checkpoint, so that one that is resumed is given up at the same epoch.
    const givenUp = () => training.stopCollapsed && state.collapsed >= PATIENCE;
    while (state.epoch < lastEpoch && !givenUp()) {
      const epochStart = io.now();
      const epoch = state.epoch + 1;
      const batches = trainingBatches(dataset, { ...training, seed: seeds.data, epoch });
      while (state.step < steps) {
        if (io.shouldStop()) throw new JobStopped('Stopped between two steps.');
        await state.train(batches(state.step), () => io.now(), state.step + 1 === steps);
        const { step } = state;
        clock.stepTaken();
        if (state.settled)
          io.onStep({ epoch, epochs: lastEpoch, step, steps, ...state.progress, secondsLeft: clock.secondsLeft(state, lastEpoch) });
        if (io.now() - lastBreath > BREATH_INTERVAL) {
          await breathe();
          lastBreath = io.now();
        }
      }
      const evaluationStart = io.now();
      // Before the epoch is closed, so that a stop in here is a stop after the epoch's last step.
      const { evaluation, lengths } = await evaluate(net, dataset, training, io);
      // No step's own loss shows what the epoch's last step has made of the network.
      const numbers = lengths.get('classes')!.data.every((length) => !Number.isNaN(length));
      const loss = numbers ? evaluation.loss : NaN;
      if (!Number.isFinite(loss)) throw state.divergence(loss, steps);
      const validation = dataset.heldOut && (await evaluate(net, dataset, training, io, 'validation')).evaluation;
      const coupling = await couplingOf(net, dataset, COUPLING_IMAGES, io);
      clock.evaluationTook((io.now() - evaluationStart) / 1000);
      const finished = state.finishEpoch();
      // A choice, so it is made on the images that are held out, where some are.
      const collapsed = isCollapsed(finished.train.margin, validation ?? evaluation, training.measure);
      state.collapsed = collapsed ? state.collapsed + 1 : 0;
      const seconds = (io.now() - epochStart) / 1000;
      await io.onEpoch(
        {
          ...finished,
          test: evaluation,
          coupling,
          ...(validation && { validation: scoresOf(validation) }),
          seconds,
          peakMemoryBytes: io.peakMemory(),
        },
        await state.checkpoint(),
      );
    }
    return { status: 'finished', weights: await net.weights() };
  } catch (error) {
    if (!(error instanceof JobStopped)) throw error;
    await io.onStop(await state.checkpoint());
    return { status: 'stopped', weights: await net.weights() };
  } finally {
    state.dispose();
  }
}

/**
 * The network before its first step, on the test images. A fresh one has no running statistics yet, so its batch norm goes by
 * these images, as it will in its first step; one that was cut or goes on is measured as it would be used.
 */
async function startOf(
  net: CapsNet,
  { network, training, firstEpoch }: TrainJob,
  dataset: Dataset,
  engine: Engine,
  io: JobIO,
): Promise<StartMetrics> {
  const fresh = firstEpoch === 0;
  // A network of its own, because running statistics move.
  const measured = fresh ? new CapsNet(network, inputShape(dataset), engine.kernels, await net.weights()) : net;
  try {
    const mode = fresh ? 'train' : 'test';
    const { evaluation } = await evaluate(measured, dataset, training, io, 'test', mode);
    return {
      ...scoresOf(evaluation),
      activity: evaluation.activity,
      coupling: await couplingOf(measured, dataset, COUPLING_IMAGES, io, mode),
    };
  } finally {
    if (fresh) measured.dispose();
  }
}

/** Estimates the time left from the steps and evaluations of this process. */
class JobClock {
  readonly #io: JobIO;
  readonly #steps: number;
  readonly #start: number;
  #stepsDone = 0;
  #evaluations = 0;
  #evaluationSeconds = 0;

  constructor(io: JobIO, steps: number) {
    this.#io = io;
    this.#steps = steps;
    this.#start = io.now();
  }

  evaluationTook(seconds: number): void {
    this.#evaluations += 1;
    this.#evaluationSeconds += seconds;
  }

  stepTaken(): void {
    this.#stepsDone += 1;
  }

  secondsLeft(state: TrainingState, lastEpoch: number): number {
    const elapsed = (this.#io.now() - this.#start) / 1000 - this.#evaluationSeconds;
    const epochsLeft = lastEpoch - state.epoch;
    const stepsLeft = epochsLeft * this.#steps - state.step;
    const evaluation = this.#evaluations ? this.#evaluationSeconds / this.#evaluations : 0;
    return (elapsed / this.#stepsDone) * stepsLeft + evaluation * epochsLeft;
  }
}
