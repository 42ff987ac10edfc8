/** A decoder that is trained on frozen capsules: it learns, and nothing else changes, across a stop and a resumption either. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { run, type RunIO } from '../../src/engine/jobs/run.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import type { EpochMetrics } from '../../src/shared/results.ts';
import type { FinishedRun, RunJob } from '../../src/shared/run-job.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { decodeNetworkFile, encodeNetworkFile } from '../../src/shared/weights-file.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from './blobs.ts';

const dataset = blobs(48, 12);
const input = inputShape(dataset);
const network = networkOf({ types: 4, dim: 4, depth: 1, squash: 'sensitive' });
const parent = { network, input, classes: dataset.classes };
const weights = initialWeights(network, input, 1);
const training = TrainingSpec.parse({ epochs: 4, batch: 16, reconstruction: 1, shift: 0, learningRate: 0.01 });
const job: RunJob = {
  spec: {
    ...{ network: { ...network, decoder: { hidden: [24] } }, training, pruning: null, control: null },
    ...{ seed: 1, firstEpoch: 2, frozen: true },
  },
  parent: encodeNetworkFile(parent, weights),
  checkpoint: null,
};

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 1 });
});
afterAll(() => engine.dispose());

async function runs(of: RunJob, stopAfter = Infinity) {
  const epochs: EpochMetrics[] = [];
  let [finished, checkpoint]: [FinishedRun | null, Uint8Array | null] = [null, null];
  const io: RunIO = {
    shouldStop: () => epochs.length >= stopAfter,
    now: () => performance.now(),
    peakMemory: () => 0,
    onStage: () => undefined,
    onCut: () => undefined,
    onStep: () => undefined,
    onEpoch: (metrics) => void epochs.push(metrics),
    onStop: (saved) => void (checkpoint = saved),
    onFinish: (done) => void (finished = done),
  };
  await run(of, dataset, engine, io);
  return { epochs, finished: finished as FinishedRun | null, checkpoint: checkpoint as Uint8Array | null };
}

it('learns to draw, and leaves every capsule as it was', async () => {
  const { epochs, finished } = await runs(job);
  const made = decodeNetworkFile(finished!.weights, 'made');
  for (const [name, { data }] of weights) expect(made.weights.get(name)!.data, name).toEqual(data);
  const errors = epochs.map(({ test }) => test.reconstruction);
  expect(errors.at(-1)).toBeLessThan(0.9 * errors[0]!);
  expect(new Set(epochs.map(({ test }) => test.accuracy)).size).toBe(1);
  expect(epochs.map(({ epoch, gradients }) => [epoch, gradients])).toEqual([3, 4, 5, 6].map((epoch) => [epoch, []]));

  const stopped = await runs(job, 2);
  const resumed = await runs({ ...job, parent: null, checkpoint: stopped.checkpoint });
  expect(resumed.finished!.weights).toEqual(finished!.weights);
});
