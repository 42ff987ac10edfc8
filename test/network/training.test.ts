/** Steps of training: Adam against torch.optim.Adam in float64, what the CCM term changes, and that no tensor stays behind. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { CapsNet } from '../../src/engine/network/capsnet.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { ccmTerm } from '../../src/engine/training/ccm.ts';
import { TrainingState } from '../../src/engine/training/training-state.ts';
import type { NetworkSpec } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import type { Weights } from '../../src/shared/weights.ts';
import { backends, closeBackends, useBackend } from './backends.ts';
import { readNetworkGolden, relativeError } from './golden.ts';

const golden = readNetworkGolden('adam.safetensors');
const batch = { size: golden.labels.length, images: golden.images.data, labels: golden.labels };
const imagesTensor = () => tf.tensor4d(golden.images.data, golden.images.shape as [number, number, number, number]);
const clock = () => performance.now();

describe.each(backends)('on %s', (backend) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await useBackend(backend);
  });
  afterAll(closeBackends);

  /** Trains the golden's network on the golden's batch, again and again. */
  async function train(settings: Partial<Omit<TrainingSpec, 'weightDecay'>> & { weightDecay?: number }, steps: number) {
    const net = new CapsNet(golden.spec, golden.input, kernels, golden.weights);
    const training = TrainingSpec.parse({ epochs: 1, reconstruction: golden.reconstruction, ...settings });
    const state = new TrainingState(net, training, { seed: 0, epoch: 0 });
    const losses: number[] = [];
    let sum = 0;
    for (let step = 1; step <= steps; step++) {
      await state.train(batch, clock);
      losses.push(state.progress.loss * step - sum); // progress is the mean so far
      sum += losses.at(-1)!;
    }
    const weights = await net.weights();
    state.dispose();
    return { losses, weights };
  }

  it.each([
    { optimiser: 'Adam', kind: 'l2', expected: golden },
    { optimiser: 'AdamW', kind: 'decoupled', expected: readNetworkGolden('adamw.safetensors') },
  ] as const)('makes the steps of torch.optim.$optimiser with weight decay', async ({ kind, expected }) => {
    const { steps, ...settings } = z
      .object({ learningRate: z.number(), weightDecay: z.number(), ccm: z.number(), steps: z.number() })
      .parse(JSON.parse(expected.metadata['adam']!));
    expect(expected.weights).toEqual(golden.weights);
    const { losses, weights } = await train({ ...settings, weightDecayKind: kind }, steps);
    expect(relativeError(losses, expected.tensor('losses').data)).toBeLessThanOrEqual(1e-5);
    for (const [name, { data }] of weights) {
      const [after, before] = [expected.tensor(`after.${name}`).data, golden.weights.get(name)!.data];
      expect(relativeError(data, after), name).toBeLessThanOrEqual(1e-4);
      // The way gone, which is small beside the weights themselves.
      const way = (to: Float32Array) => to.map((value, i) => value - before[i]!);
      expect(relativeError(way(data), way(after)), `change of ${name}`).toBeLessThanOrEqual(1e-2);
    }
  });

  it('moves backbone and primary weights differently with the CCM term', async () => {
    const [without, withTerm] = [(await train({ ccm: 0 }, 3)).weights, (await train({ ccm: 0.01 }, 3)).weights];
    for (const name of ['backbone.0.conv.weight', 'backbone.0.bn.bias', 'backbone.1.conv.weight', 'primary.conv.weight']) {
      const way = (weights: Weights) => weights.get(name)!.data.map((value, i) => value - golden.weights.get(name)!.data[i]!);
      expect(relativeError(way(withTerm), way(without)), name).toBeGreaterThan(1e-3);
    }
  });

  it('makes feature maps more alike the larger α is', async () => {
    const likeness = async (ccm: number) => {
      const net = new CapsNet(golden.spec, golden.input, kernels, (await train({ ccm, learningRate: 0.01 }, 10)).weights);
      const value = tf.tidy(() => {
        const { featureMaps } = net.forward(imagesTensor(), 'train');
        return tf.addN(featureMaps.map(({ maps }) => ccmTerm(maps))).dataSync()[0]!;
      });
      net.dispose();
      return value;
    };
    const [none, some, much] = [await likeness(0), await likeness(0.1), await likeness(1)];
    expect(some).toBeGreaterThan(none);
    expect(much).toBeGreaterThan(some + 0.1);
  });

  it('keeps no tensor from step to step, nor after the end', async () => {
    // Buffers too: a kernel of the backend can leave one behind without a tensor.
    const kept = () => `${tf.memory().numTensors} tensors, ${tf.memory().numDataBuffers} buffers`;
    const before = kept();
    const spec: NetworkSpec = { ...golden.spec, squash: 'sensitive' };
    const net = new CapsNet(spec, golden.input, kernels, initialWeights(spec, golden.input, 1));
    const state = new TrainingState(net, TrainingSpec.parse({ epochs: 1, ccm: 0.01 }), { seed: 1, epoch: 0 });
    const counts: string[] = [];
    for (let step = 0; step < 12; step++) {
      await state.train(batch, clock);
      counts.push(kept());
    }
    expect(new Set(counts).size).toBe(1);
    await state.checkpoint();
    tf.tidy(() => void net.forward(imagesTensor(), 'test'));
    expect(kept()).toBe(counts[0]);
    state.dispose();
    expect(kept()).toBe(before);
  });
});
