/** Training as a whole, on the engine that the terminal uses. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { analyse } from '../../src/engine/jobs/analyse.ts';
import type { Checkpoint, JobIO } from '../../src/engine/io.ts';
import { train, type TrainJob } from '../../src/engine/jobs/train.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { inputShape, type Dataset } from '../../src/shared/dataset.ts';
import { scoresOf, type EpochMetrics } from '../../src/shared/results.ts';
import { learningRateAt } from '../../src/engine/training/training-state.ts';
import { holdOut } from '../../src/engine/training/validation.ts';
import type { Weights } from '../../src/shared/weights.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from './blobs.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 2 });
});
afterAll(() => engine.dispose());

const dataset = blobs(60, 30);
const job: TrainJob = {
  network: networkOf({ types: 4, dim: 4, depth: 1, decoder: true }),
  training: TrainingSpec.parse({ epochs: 3, batch: 12, ccm: 0.01, learningRateDecay: 0.9 }),
  seed: 5,
  firstEpoch: 0,
  weights: null,
};

/** A host that records everything and says stop before the steps that are named, counted over the whole training. */
function recorder(stopBefore = Infinity): JobIO & { epochs: EpochMetrics[]; checkpoint: Checkpoint | null; tensors: number[] } {
  let steps = 0;
  const host = {
    epochs: [] as EpochMetrics[],
    checkpoint: null as Checkpoint | null,
    /** Tensors alive after every step. */
    tensors: [] as number[],
    onStep() {
      steps += 1;
      host.tensors.push(tf.memory().numTensors);
    },
    onEpoch(metrics: EpochMetrics, checkpoint: Checkpoint) {
      host.epochs.push(metrics);
      host.checkpoint = checkpoint;
    },
    onStop(checkpoint: Checkpoint) {
      host.checkpoint = checkpoint;
    },
    shouldStop: () => steps >= stopBefore,
    now: () => performance.now(),
    peakMemory: () => 0,
  };
  return host;
}

/** Everything but the clock's part. */
const measured = (epochs: EpochMetrics[]) => epochs.map((metrics) => ({ ...metrics, imagesPerSecond: 0, seconds: 0 }));
const plain = (weights: Weights) => [...weights].map(([name, { shape, data }]) => [name, shape, [...data]]);
/** As a file would bring it back. */
const reload = ({ tensors, meta }: Checkpoint) => ({ tensors, meta: JSON.parse(JSON.stringify(meta)) as unknown });

describe('what a run begins with', () => {
  it('takes weights and order of images from one seed, or each from its own', async () => {
    const one = { ...job.training, epochs: 1 };
    const trained = async (seed: number, settings: Partial<TrainingSpec> = {}) => {
      const { weights } = await train({ ...job, seed, training: { ...one, ...settings } }, dataset, engine, recorder());
      return [...weights.get('capsules.0.weight')!.data];
    };
    const [five, six] = [await trained(5), await trained(6)];
    expect(await trained(6, { weightSeed: 5, dataSeed: 5 })).toEqual(five);
    const mixed = await trained(5, { dataSeed: 6 });
    expect(mixed).toEqual(await trained(6, { weightSeed: 5 }));
    expect([five, six]).not.toContainEqual(mixed);
    // After one epoch, weights are still nearest to those that began alike.
    const distance = (a: number[], b: number[]) => Math.hypot(...a.map((value, i) => value - b[i]!));
    expect(distance(mixed, five)).toBeLessThan(distance(mixed, six) / 5);
  });

  it('is measured before the first step and told with the first epoch', async () => {
    const host = recorder();
    await train(job, dataset, engine, host);
    const [first, ...others] = host.epochs;
    const { start } = first!;
    expect(others.every((epoch) => epoch.start === undefined)).toBe(true);
    expect(start!.activity.map(({ layer }) => layer)).toEqual(['primary', 'capsules.0']);
    expect(start!.coupling.map(({ layer }) => layer)).toEqual(['capsules.0', 'classes']);
    // With running statistics, which say nothing yet, primary capsules would be next to nothing.
    expect(Math.min(...start!.activity[0]!.meanLength)).toBeGreaterThan(0.1);
    expect(start!.loss).not.toBeCloseTo(first!.test.loss, 3);
  });

  it('outlives a stop in the first epoch, also before its first step', async () => {
    const [whole, stopped, resumed] = [recorder(), recorder(2), recorder()];
    await train(job, dataset, engine, whole);
    await train(job, dataset, engine, stopped);
    await train(job, dataset, engine, resumed, reload(stopped.checkpoint!));
    expect(resumed.epochs[0]!.start).toEqual(whole.epochs[0]!.start);
    const [atOnce, later] = [recorder(0), recorder()];
    await train(job, dataset, engine, atOnce);
    await train(job, dataset, engine, later, reload(atOnce.checkpoint!));
    expect(measured(later.epochs)).toEqual(measured(whole.epochs));
  });

  it('of a run that goes on is the network as it is', async () => {
    const before = recorder();
    const { weights } = await train(job, dataset, engine, before);
    const after = recorder();
    await train({ ...job, weights, firstEpoch: 3 }, dataset, engine, after);
    expect(after.epochs[0]!.epoch).toBe(4);
    expect(after.epochs[0]!.start!.activity).toEqual(before.epochs[2]!.test.activity);
    expect(after.epochs[0]!.start!.accuracy).toBe(before.epochs[2]!.test.accuracy);
  });

  it('is lacking in checkpoints of earlier versions, which go on all the same', async () => {
    const stopped = recorder(2);
    await train(job, dataset, engine, stopped);
    const { tensors, meta } = reload(stopped.checkpoint!);
    const old = meta as { start?: unknown; sums: { updates?: unknown; updateSamples?: unknown } };
    delete old.start;
    delete old.sums.updates;
    delete old.sums.updateSamples;
    const resumed = recorder();
    await train(job, dataset, engine, resumed, { tensors, meta: old });
    expect(resumed.epochs).toHaveLength(3);
    expect(resumed.epochs[0]!.start).toBeUndefined();
  });
});

describe('training', () => {
  it('measures how large weights are and how far a step moves them', async () => {
    const host = recorder();
    const network = networkOf({ types: 4, dim: 4, depth: 1 });
    await train({ ...job, network, training: TrainingSpec.parse({ epochs: 2, batch: 60, learningRate: 1e-3 }) }, dataset, engine, host);
    const [first] = host.epochs;
    expect(first!.updates!.map(({ layer }) => layer)).toEqual([
      'backbone.0',
      'backbone.1',
      'backbone.2',
      'primary',
      'capsules.0',
      'classes',
    ]);
    const weights = initialWeights(network, inputShape(dataset), job.seed).get('capsules.0.weight')!.data;
    const { norm, update } = first!.updates![4]!;
    expect(norm / Math.hypot(...weights)).toBeCloseTo(1, 2);
    // Adam's first step is the learning rate for every weight with a gradient to speak of; border windows leave none without.
    expect(update / (1e-3 * Math.sqrt(weights.length))).toBeCloseTo(1, 1);
  });

  it('gives the same numbers twice, and others for another seed', async () => {
    const [first, second, other] = [recorder(), recorder(), recorder()];
    const a = await train(job, dataset, engine, first);
    const b = await train(job, dataset, engine, second);
    const c = await train({ ...job, seed: 6 }, dataset, engine, other);
    expect(plain(a.weights)).toEqual(plain(b.weights));
    expect(measured(first.epochs)).toEqual(measured(second.epochs));
    expect(plain(a.weights)).not.toEqual(plain(c.weights));
  });

  it('continues bit for bit wherever it was stopped', async () => {
    const whole = recorder();
    const uninterrupted = await train(job, dataset, engine, whole);
    const steps = whole.tensors.length;
    expect(steps).toBe(15);
    for (const stop of [0, 1, 4, 5, 7, 14]) {
      const before = recorder(stop);
      const stopped = await train(job, dataset, engine, before);
      expect(stopped.status).toBe('stopped');
      const after = recorder();
      const resumed = await train(job, dataset, engine, after, reload(before.checkpoint!));
      expect(resumed.status).toBe('finished');
      expect(plain(resumed.weights)).toEqual(plain(uninterrupted.weights));
      expect(measured([...before.epochs, ...after.epochs])).toEqual(measured(whole.epochs));
    }
  });

  it('refuses to resume from a checkpoint without the moments', async () => {
    const before = recorder(3);
    await train(job, dataset, engine, before);
    const { tensors, meta } = reload(before.checkpoint!);
    tensors.delete('adam.v.classes.weight');
    await expect(train(job, dataset, engine, recorder(), { tensors, meta })).rejects.toThrow(/adam\.v\.classes\.weight/);
  });

  it('keeps the number of tensors constant from step to step and frees all at the end', async () => {
    const before = tf.memory().numTensors;
    const host = recorder();
    await train(job, dataset, engine, host);
    expect(new Set(host.tensors).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('learns', async () => {
    const host = recorder();
    await train({ ...job, training: { ...job.training, epochs: 6, shift: 0, ccm: 0 } }, dataset, engine, host);
    expect(host.epochs.at(-1)!.test.accuracy).toBeGreaterThan(0.9);
    expect(host.epochs.at(-1)!.test.loss).toBeLessThan(host.epochs[0]!.test.loss);
  });

  it('moves backbone weights differently with the CCM term than without', async () => {
    const withTerm = await train(job, dataset, engine, recorder(1));
    const without = await train({ ...job, training: { ...job.training, ccm: 0 } }, dataset, engine, recorder(1));
    for (const name of ['backbone.0.conv.weight', 'backbone.2.conv.weight', 'primary.conv.weight'])
      expect([...withTerm.weights.get(name)!.data]).not.toEqual([...without.weights.get(name)!.data]);
  });

  it('says so when the loss is no longer a number', async () => {
    const diverging = { ...job, training: { ...job.training, learningRate: 1 } };
    const weights = (await train({ ...job, training: { ...job.training, epochs: 0 } }, dataset, engine, recorder())).weights;
    weights.get('primary.conv.weight')!.data[0] = NaN;
    const before = tf.memory().numTensors;
    await expect(train({ ...diverging, weights }, dataset, engine, recorder())).rejects.toThrow(
      /^The loss became NaN in epoch 1, step 1; a smaller learning rate than 1 usually helps\.$/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('says so, too, when class capsules are no numbers, which the margin loss swallows', async () => {
    const swallowing = { ...job, network: networkOf({ types: 4, dim: 4, depth: 1 }), training: { ...job.training, ccm: 0 } };
    const { weights } = await train({ ...swallowing, training: { ...swallowing.training, epochs: 0 } }, dataset, engine, recorder());
    // ∞ − ∞ is a NaN with its sign set on x86 processors.
    weights.get('classes.weight')!.data.fill(Infinity);
    await expect(train({ ...swallowing, weights }, dataset, engine, recorder())).rejects.toThrow(
      /^The loss became NaN in epoch 1, step 1;/,
    );
  });

  it('says so, too, when only its test shows it', async () => {
    const { weights } = await train({ ...job, training: { ...job.training, epochs: 0 } }, dataset, engine, recorder());
    // Steps go by the statistics of their batch, and do not look at it.
    weights.get('backbone.2.bn.running_var')!.data.fill(NaN);
    const host = recorder();
    await expect(train({ ...job, firstEpoch: 1, weights }, dataset, engine, host)).rejects.toThrow(
      /^The loss became NaN in epoch 2, step 5;/,
    );
    expect(host.epochs).toEqual([]);
  });
});

describe('the warm-up of the learning rate', () => {
  it('rises evenly to what the decay of the epoch leaves', () => {
    const rates = (warmUp: number) =>
      [1, 2, 3, 4, 5, 6, 7].map((step) =>
        learningRateAt({ learningRate: 0.01, learningRateDecay: 0.5, warmUp }, Math.floor((step - 1) / 3), step),
      );
    const expected = (values: number[]) => values.map((value) => expect.closeTo(value, 12) as number);
    expect(rates(0)).toEqual([0.01, 0.01, 0.01, 0.005, 0.005, 0.005, 0.0025]);
    expect(rates(1)).toEqual(rates(0));
    expect(rates(4)).toEqual(expected([0.0025, 0.005, 0.0075, 0.005, 0.005, 0.005, 0.0025]));
    expect(rates(8)).toEqual(expected([0.00125, 0.0025, 0.00375, 0.0025, 0.003125, 0.00375, 0.0021875]));
  });

  const warming = (warmUp: number): TrainJob => ({ ...job, training: { ...job.training, warmUp, weightDecay: 0 } });
  const weightsOf = async (one: TrainJob, io = recorder(), resume?: Parameters<typeof train>[4]) =>
    (await train(one, dataset, engine, io, resume)).weights;

  it.each([0, 2])('makes the first step of a run with %i epochs behind it as small as it says', async (firstEpoch) => {
    const before = await weightsOf(warming(0), recorder(0));
    const stepped = (warmUp: number) => weightsOf({ ...warming(warmUp), firstEpoch, weights: before }, recorder(1));
    const [full, quarter] = [await stepped(0), await stepped(4)];
    const name = [...before.keys()].find((one) => one.startsWith('primary') && one.endsWith('weight'))!;
    const change = (after: Weights) => after.get(name)!.data.map((value, i) => value - before.get(name)!.data[i]!);
    const [whole, part] = [change(full), change(quarter)];
    const largest = Math.max(...whole.map(Math.abs));
    // Adam's first step is the step size in the direction of the gradient's sign.
    expect(largest).toBeCloseTo(0.001 * 0.9 ** firstEpoch, 6);
    for (const [i, value] of part.entries()) expect(Math.abs(value - whole[i]! / 4)).toBeLessThan(1e-6);
  });

  it('goes on where it was when a run is resumed within it', async () => {
    const whole = plain(await weightsOf(warming(9)));
    expect(whole).not.toEqual(plain(await weightsOf(warming(0))));
    for (const stop of [2, 7]) {
      const stopped = recorder(stop);
      await train(warming(9), dataset, engine, stopped);
      expect(plain(await weightsOf(warming(9), recorder(), reload(stopped.checkpoint!)))).toEqual(whole);
    }
  });
});

describe('a validation share', () => {
  const run = async (data: Dataset) => {
    const host = recorder();
    const { weights } = await train({ ...job, training: { ...job.training, epochs: 1 } }, data, engine, host);
    return { metrics: host.epochs[0]!, weights };
  };

  it('is tested on after every epoch, and leaves what the others compute as it is without one', async () => {
    const held = holdOut(dataset, 0.2);
    const { metrics, weights } = await run(held);
    const { training, validation } = held.heldOut!;
    const { images, labels } = dataset.train;
    const size = images.length / labels.length;
    const pick = (indices: Uint32Array) => ({
      images: Uint8Array.from([...indices].flatMap((i) => [...images.subarray(i * size, (i + 1) * size)])),
      labels: Uint16Array.from(indices, (i) => labels[i]!),
    });
    // The same training by hand: a data set that has only the images that stay, and is tested on the others.
    const byHand = await run({ ...dataset, train: pick(training), test: pick(validation) });
    expect(plain(weights)).toEqual(plain(byHand.weights));
    expect(metrics.validation).toEqual(scoresOf(byHand.metrics.test));
    expect(metrics.test.confusion.flat().reduce((a, b) => a + b)).toBe(30);
    expect((await run(dataset)).metrics).not.toHaveProperty('validation');
  });
});

describe('analysis', () => {
  it('measures every layer of a trained network and frees all tensors', async () => {
    const { weights } = await train(job, dataset, engine, recorder());
    const before = tf.memory().numTensors;
    const result = await analyse({ network: job.network, training: job.training, weights }, dataset, engine, recorder());
    expect(tf.memory().numTensors).toBe(before);
    expect(result.coupling.map(({ layer }) => layer)).toEqual(['capsules.0', 'classes']);
    for (const { entropy, spread } of result.coupling) {
      expect(entropy).toBeGreaterThan(0);
      expect(entropy).toBeLessThan(1 + 1e-6); // rounding
      expect(spread).toBeGreaterThan(0);
    }
    expect(result.correlation.map(({ layer, matrix }) => [layer, matrix.length])).toEqual([
      ['backbone.0', 4],
      ['backbone.1', 8],
      ['backbone.2', 16],
      ['primary', 16],
    ]);
    expect(result.lengths.get('capsules.0')!.shape).toEqual([30, 4]);
    const [confusion, accuracy] = [result.evaluation.confusion, result.evaluation.accuracy];
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(30);
    expect(accuracy).toBe(confusion.reduce((sum, row, label) => sum + row[label]!, 0) / 30);
  });

  it('counts ties as chance: a network whose capsules are all zero knows nothing, however the classes are ordered', async () => {
    const { weights } = await train({ ...job, training: { ...job.training, epochs: 0 } }, dataset, engine, recorder());
    weights.get('classes.weight')!.data.fill(0);
    const { evaluation } = await analyse({ network: job.network, training: job.training, weights }, dataset, engine, recorder());
    expect(evaluation.accuracy).toBeCloseTo(1 / 3, 12);
    expect(evaluation.top5).toBe(1); // of three classes
    for (const row of evaluation.confusion) for (const images of row) expect(images).toBeCloseTo(10 / 3, 12);

    const host = recorder();
    const frozen = { ...job.training, epochs: 1, learningRate: 1e-12, weightDecay: 0 };
    await train({ ...job, training: frozen, weights }, dataset, engine, host);
    expect(host.epochs[0]!.train.accuracy).toBeCloseTo(1 / 3, 6);
  });
});
