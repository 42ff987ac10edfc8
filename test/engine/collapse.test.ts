/** Ending a training early because its network has collapsed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Checkpoint, JobIO } from '../../src/engine/io.ts';
import { train, type TrainJob } from '../../src/engine/jobs/train.ts';
import type { EpochMetrics } from '../../src/shared/results.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from './blobs.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 2 });
});
afterAll(() => engine.dispose());

const dataset = blobs(40, 20);
const dying = { types: 4, dim: 4, depth: 2, initialisation: { gain: 0.01 } };
const jobOf = (training: object, family: object = dying): TrainJob => ({
  network: networkOf(family),
  training: TrainingSpec.parse({ epochs: 4, batch: 20, ...training }),
  seed: 1,
  firstEpoch: 0,
  weights: null,
});

/** Trains, and answers the epochs it took and the checkpoints after them. */
async function epochsOf(job: TrainJob, resume?: Checkpoint): Promise<{ status: string; epochs: number[]; checkpoints: Checkpoint[] }> {
  const epochs: number[] = [];
  const checkpoints: Checkpoint[] = [];
  const io: JobIO = {
    onStep: () => undefined,
    onEpoch(metrics: EpochMetrics, checkpoint: Checkpoint) {
      epochs.push(metrics.epoch);
      checkpoints.push(checkpoint);
    },
    onStop: () => undefined,
    shouldStop: () => false,
    now: () => performance.now(),
    peakMemory: () => 0,
  };
  const { status } = await train(job, dataset, engine, io, resume);
  return { status, epochs, checkpoints };
}

it('ends a training as finished after two epochs without activity, if that is asked for', async () => {
  expect(await epochsOf(jobOf({ stopCollapsed: true }))).toMatchObject({ status: 'finished', epochs: [1, 2] });
  expect(await epochsOf(jobOf({}))).toMatchObject({ status: 'finished', epochs: [1, 2, 3, 4] });
});

it('lets a network train to its end that only its first tests find dead', async () => {
  const living = { types: 4, dim: 8, depth: 1 };
  expect(await epochsOf(jobOf({ stopCollapsed: true, epochs: 3 }, living))).toMatchObject({ epochs: [1, 2, 3] });
});

it('judges on the images that are held out, where some are', async () => {
  expect(await epochsOf(jobOf({ stopCollapsed: true, validation: 0.2 }))).toMatchObject({ epochs: [1, 2] });
});

it('is at the same epoch when the training is resumed, also after its last', async () => {
  const job = jobOf({ stopCollapsed: true });
  const { checkpoints } = await epochsOf(job);
  expect(await epochsOf(job, checkpoints[0])).toMatchObject({ status: 'finished', epochs: [2] });
  expect(await epochsOf(job, checkpoints[1])).toMatchObject({ status: 'finished', epochs: [] });
});
