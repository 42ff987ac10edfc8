/** Pruning as a whole: a trained network is judged on its data, cut and fine-tuned. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { JobStopped, type JobIO } from '../../src/engine/io.ts';
import { prune } from '../../src/engine/jobs/prune.ts';
import { train } from '../../src/engine/jobs/train.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import { describe as describeNetwork, parametersOf } from '../../src/shared/describe.ts';
import { gainOf } from '../../src/shared/gain.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { PruningCriterion, PruningSpec } from '../../src/shared/spec/pruning.ts';
import { seedsOf, TrainingSpec, type Seeds } from '../../src/shared/spec/training.ts';
import type { Weights } from '../../src/shared/weights.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from './blobs.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 2 });
});
afterAll(() => engine.dispose());

const dataset = blobs(60, 30);
const input = inputShape(dataset);
const network = networkOf({ types: 4, dim: 4, depth: 2 });
const go = { shouldStop: () => false };
const silent = (onEpoch: JobIO['onEpoch'] = () => {}): JobIO => ({
  ...go,
  onStep() {},
  onStop() {},
  now: () => performance.now(),
  peakMemory: () => 0,
  onEpoch,
});
const pruning = (spec: object) => PruningSpec.parse({ batches: 2, batch: 20, ...spec });
const plain = (weights: Weights) => [...weights].map(([name, { shape, data }]) => [name, shape, [...data]]);

describe('prune', () => {
  const weights = initialWeights(network, input, 3);

  it('cuts every criterion to the sizes that the ratios ask for, the same on every call', async () => {
    for (const criterion of PruningCriterion.options) {
      const job = { network, weights, pruning: pruning({ criterion, backbone: 0.5, capsules: 0.5 }), seeds: seedsOf(1) };
      const before = tf.memory().numTensors;
      const first = await prune(job, dataset, engine, go);
      expect(tf.memory().numTensors).toBe(before);
      expect(first.network.backbone.map(({ channels }) => channels)).toEqual([2, 4, 8]);
      expect([first.network.primary.types, ...first.network.intermediate.map(({ types }) => types)]).toEqual([2, 2, 2]);
      expect(first.cut.map(({ layer, scores, kept }) => [layer, scores.length, kept.length])).toEqual([
        ['backbone.0', 4, 2],
        ['backbone.1', 8, 4],
        ['backbone.2', 16, 8],
        ['primary', 16, 8],
      ]);
      for (const { name, shape } of parametersOf(first.network, input)) expect(first.weights.get(name)!.shape).toEqual(shape);
      const second = await prune(job, dataset, engine, go);
      expect(plain(second.weights)).toEqual(plain(first.weights));
      expect(second.cut).toEqual(first.cut);
    }
  });

  it('prunes intermediate types by activation and by CI when they are inherited', async () => {
    for (const by of ['activation', 'chip']) {
      const spec = pruning({ capsules: 0.5, granularity: 'type', capsuleLayers: 'inherit', intermediate: { ratio: 0.5, by } });
      const { network: smaller, cut } = await prune({ network, weights, pruning: spec, seeds: seedsOf(1) }, dataset, engine, go);
      expect(smaller.intermediate.map(({ types }) => types)).toEqual([2, 2]);
      expect(cut.map(({ layer, unit }) => [layer, unit])).toEqual([
        ['primary', 'type'],
        ['capsules.0', 'type'],
        ['capsules.1', 'type'],
      ]);
    }
  });

  it('takes other channels for another seed when the criterion is random', async () => {
    const kept = async (seeds: Seeds) =>
      (await prune({ network, weights, pruning: pruning({ criterion: 'random', backbone: 0.5 }), seeds }, dataset, engine, go)).cut[2]!
        .kept;
    expect(await kept(seedsOf(1))).not.toEqual(await kept(seedsOf(2)));
    expect(await kept(seedsOf(1, { dataSeed: 2, weightSeed: 3 }))).toEqual(await kept(seedsOf(1)));
  });

  it('judges on images by one seed, and starts layers afresh by another', async () => {
    const cut = (seeds: Seeds) => prune({ network, weights, pruning: pruning({ capsules: 0.5 }), seeds }, dataset, engine, go);
    const [first, otherData, otherWeights] = [
      await cut(seedsOf(1)),
      await cut(seedsOf(1, { dataSeed: 2 })),
      await cut(seedsOf(1, { weightSeed: 2 })),
    ];
    expect(otherData.cut[0]!.scores).not.toEqual(first.cut[0]!.scores);
    expect(otherData.weights.get('classes.weight')).toEqual(first.weights.get('classes.weight'));
    expect(otherWeights.cut).toEqual(first.cut);
    expect(otherWeights.weights.get('classes.weight')).not.toEqual(first.weights.get('classes.weight'));
  });

  it('draws the layers of the smaller network for the gain that the whole one was drawn for', async () => {
    const ofGain = { ...networkOf({ types: 16, dim: 4, depth: 1 }), initialisation: { gain: 3 } };
    const cut = await prune(
      { network: ofGain, weights: initialWeights(ofGain, input, 3), pruning: pruning({ capsules: 0.5 }), seeds: seedsOf(1) },
      dataset,
      engine,
      go,
    );
    const { data, shape } = cut.weights.get('capsules.0.weight')!;
    expect(shape).toEqual([9 * 8, 8, 4, 4]);
    const sigma = Math.sqrt(data.reduce((sum, value) => sum + value ** 2, 0) / data.length);
    expect(
      Math.abs(gainOf(describeNetwork(cut.network, input).layers.find(({ name }) => name === 'capsules.0')!.routing!, sigma) / 3 - 1),
    ).toBeLessThan(0.05);
  });

  it('stops when the host says so', async () => {
    const job = { network, weights, pruning: pruning({ backbone: 0.5 }), seeds: seedsOf(1) };
    await expect(prune(job, dataset, engine, { shouldStop: () => true })).rejects.toThrow(JobStopped);
  });
});

describe('train, prune, fine-tune', () => {
  it('goes on counting epochs and learns with the smaller network', async () => {
    const training = TrainingSpec.parse({ epochs: 3, batch: 12, ccm: 0.01, shift: 0 });
    const base = { network, training, seed: 2, firstEpoch: 0, weights: null };
    const source = await train(base, dataset, engine, silent());
    const cut = await prune(
      { network, weights: source.weights, pruning: pruning({ backbone: 0.5, capsules: 0.5 }), seeds: seedsOf(2) },
      dataset,
      engine,
      go,
    );
    const epochs: number[] = [];
    let accuracy = 0;
    const fineTune = { network: cut.network, weights: cut.weights, training: { ...training, epochs: 8, ccm: 0 }, seed: 2, firstEpoch: 3 };
    await train(
      fineTune,
      dataset,
      engine,
      silent((metrics) => {
        epochs.push(metrics.epoch);
        accuracy = metrics.test.accuracy;
      }),
    );
    expect(epochs).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(accuracy).toBeGreaterThan(0.9);
  });
});
