/**
 * A network of which all capsules are inactive computes in numbers that shrink with every layer. None may become denormal: neither in
 * a tensor that a kernel or an op reads or writes, nor in any operand or result inside the kernels.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as tf from '@tensorflow/tfjs-core';
import { countingKernels, countOps, DenormalCounter, denormals } from '../../bench/denormals.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { CapsNet } from '../../src/engine/network/capsnet.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { trainingBatches } from '../../src/engine/training/batches.ts';
import { classLengths } from '../../src/engine/training/losses.ts';
import { TrainingState } from '../../src/engine/training/training-state.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import { networkOf, type NetworkFamily } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from '../engine/blobs.ts';
import { captureCounts, writeCountingKernels } from './counted-arithmetic.ts';

const INACTIVE = 0.01;

let folder: string;
let engine: Engine;
let inKernels: () => number;
const counter = new DenormalCounter();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-counting-'));
  writeCountingKernels(folder);
  inKernels = await captureCounts(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 1, kernels: pathToFileURL(`${folder}/`) });
  });
  countOps(counter);
});
afterAll(() => {
  engine.dispose();
  rmSync(folder, { recursive: true });
});

/** Trains a few steps; tells the longest class capsule, and how many denormal numbers were met in the arithmetic and in which tensors. */
async function train(family: Partial<NetworkFamily>, steps: number) {
  const dataset = blobs(64, 10);
  const [spec, input, training] = [networkOf(family), inputShape(dataset), TrainingSpec.parse({ epochs: 1, batch: 8, weightDecay: 1e-6 })];
  const net = new CapsNet(spec, input, countingKernels(engine.kernels, counter), initialWeights(spec, input, 1));
  const state = new TrainingState(net, training, { seed: 1, epoch: 0 });
  const batch = trainingBatches(dataset, { ...training, seed: 1, epoch: 1 });
  for (const kind of Object.keys(counter.counts)) counter.counts[kind] = 0;
  const before = inKernels();
  for (let step = 0; step < steps; step++) await state.train(batch(step), () => performance.now());
  const met = inKernels() - before;
  const { images, size } = batch(0);
  const longest = tf.tidy(() => {
    const { classes } = net.forward(tf.tensor4d(images, [size, input.height, input.width, input.channels]), 'train');
    return tf.max(classLengths(classes)).arraySync() as number;
  });
  state.dispose();
  return { longest, met, tensors: Object.entries(counter.counts).filter(([, count]) => count > 0) };
}

it('counts denormal numbers of both signs, and not zero, normal numbers, infinity or NaN', () => {
  expect(denormals(Float32Array.of(1e-40, -1e-45, 0, -0, 2 ** -126, 1, -Infinity, NaN))).toBe(2);
});

it('sees what is denormal inside a kernel', () => {
  const before = inKernels();
  tf.tidy(() => tf.matMul(tf.fill([4, 4], 1e-20), tf.fill([4, 4], 1e-20)).dataSync());
  expect(inKernels() - before).toBeGreaterThan(0);
});

describe('a dead network', () => {
  it.each([
    { types: 16, dim: 4, depth: 4 },
    { types: 16, dim: 4, depth: 8 },
    { types: 8, dim: 8, depth: 4, kind: 'full' as const, squash: 'sensitive' as const, decoder: true },
  ])('meets no denormal number: %o', async (family) => {
    const { longest, met, tensors } = await train(family, 3);
    expect(longest).toBeLessThan(INACTIVE);
    expect(tensors).toEqual([]);
    expect(met).toBe(0);
    expect(Object.keys(counter.counts)).toEqual(
      expect.arrayContaining([
        'capsules: u',
        'capsules: s',
        'capsules: dv',
        'capsules: dw',
        'squash: ds',
        'batch norm: dx',
        'Adam: first',
        'Adam: second',
      ]),
    );
  });
});
