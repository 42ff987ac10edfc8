/** The kernels in WGSL, on Dawn and SwiftShader: capsule layers against PyTorch in float64, all others against tfjs's cpu backend. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { referenceKernels } from '../../src/engine/backends/reference/kernels.ts';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { readBack } from '../../src/engine/ops/read-back.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { readGoldens, RESULTS, type Golden, type Result } from '../capsule-kernel/cases.ts';
import { layerResults } from '../capsule-kernel/run-layer.ts';
import { needs } from '../needs.ts';
import { relativeError } from '../network/golden.ts';
import { lackOfSwiftShader } from '../swiftshader.ts';

/** Golden shapes that are run: a shape has programs of its own, which SwiftShader takes its time to compile. */
const GOLDENS = 12;

describe('kernels on WebGPU', needs(lackOfSwiftShader), () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'webgpu' });
  });
  afterAll(() => engine.dispose());

  const goldens = readGoldens();
  /** Their properties take turns, so picked with a stride that has no factor in common with their number. */
  const some = goldens.filter((_, i) => (i * 37) % goldens.length < GOLDENS);
  const withBias = readGoldens('capsule-bias').filter((_, i) => i % 13 === 0);

  async function layer(golden: Golden): Promise<Partial<Record<Result, Float32Array>>> {
    const results = await readBack(() => layerResults(engine.kernels.capsules, golden));
    return Object.fromEntries(results.map((values, i) => [RESULTS[i]!, values]));
  }

  it('says what it runs on', () => {
    expect(engine.device).toEqual({ kind: 'software', name: expect.stringContaining('SwiftShader') as string });
    expect(engine.kernels.capsules.name).toBe('fused WebGPU');
  });

  it('compares shapes of many kinds', () => {
    const seen = (pick: (golden: Golden) => unknown) => new Set(some.map(pick)).size;
    expect(seen(({ shape }) => shape.iterations)).toBeGreaterThan(3);
    for (const property of ['squash', 'stride', 'padding'] as const) expect(seen(({ shape }) => shape[property])).toBeGreaterThan(1);
  });

  it.each([...some, ...withBias].map((golden) => [golden.bias ? ' with a bias' : '', JSON.stringify(golden.shape), golden] as const))(
    'agrees with PyTorch%s: %s',
    async (_, __, golden) => {
      const errors = golden.errors(await layer(golden));
      expect(Object.keys(errors)).toHaveLength(golden.bias ? 4 : 3);
      for (const [name, error] of Object.entries(errors)) expect(error, name).toBeLessThanOrEqual(2e-5);
    },
  );

  it('gives the same bits twice', async () => {
    const golden = some.find(({ shape }) => shape.iterations > 1)!;
    expect(await layer(golden)).toEqual(await layer(golden));
  });

  /** The same on tfjs's cpu backend with the reference kernels, and here. */
  async function onBoth(compute: (kernels: Kernels) => tf.Tensor[]): Promise<[expected: Float32Array[], results: Float32Array[]]> {
    await tf.setBackend('cpu');
    const expected = await readBack(() => compute(referenceKernels));
    await tf.setBackend('webgpu');
    return [expected, await readBack(() => compute(engine.kernels))];
  }
  const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0.2, 1, 'float32', seed);

  it.each([
    [2, 9, 9, 3, 3, 5, 1, 1],
    [2, 9, 8, 3, 3, 5, 2, 1],
    [3, 7, 7, 5, 3, 70, 2, 0],
    [1, 6, 7, 4, 5, 3, 3, 2],
    [2, 5, 5, 66, 1, 4, 2, 0],
    [9, 12, 12, 2, 3, 3, 1, 1],
  ] as const)('convolves back: batch %i, %i × %i × %i, kernel %i, to %i, stride %i, padding %i', async (b, h, w, n, k, m, stride, pad) => {
    const [expected, results] = await onBoth(() => {
      const run = (x: tf.Tensor, filter: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, stride, pad);
      const [x, filter] = [random([b, h, w, n], 1), random([k, k, n, m], 2)];
      const y = run(x, filter);
      return tf.grads(run)([x, filter], random(y.shape, 3));
    });
    for (const [i, name] of ['dx', 'dw'].entries()) expect(relativeError(results[i]!, expected[i]!), name).toBeLessThan(1e-5);
  });

  it.each([
    [2, 3, 5, 7],
    [4, 9, 9, 40],
    [40, 6, 6, 1],
  ] as const)('normalises %i × %i × %i × %i', async (...shape) => {
    // prettier-ignore
    const [expected, results] = await onBoth(({ batchNorm }) => {
      const [x, dy] = [tf.add<tf.Tensor4D>(random([...shape], 1), 3), random([...shape], 2) as tf.Tensor4D];
      const [gamma, beta] = [random([shape[3]], 3), random([shape[3]], 4)];
      const { mean, variance } = batchNorm.moments(x);
      const y = batchNorm.forward(x, gamma, beta, mean, variance);
      const { dx, dgamma, dbeta } = batchNorm.backward(dy, { x, y, gamma, mean, variance });
      return [mean, variance, y, dx, dgamma, dbeta];
    });
    for (const [i, result] of results.entries()) expect(relativeError(result, expected[i]!), String(i)).toBeLessThan(1e-5);
  });

  it('updates parameters and both moments as Adam does, and remembers no old value', async () => {
    const step = { beta1: 0.9, beta2: 0.999, stepSize: 0.01, correction: 0.4, epsilon: 1e-8, weightDecay: 0.1, shrinkage: 0.05 };
    const after = async (backend: string, { adam }: Kernels) => {
      await tf.setBackend(backend);
      const [parameter, first, second] = [1, 2, 3].map((seed) => tf.variable(tf.abs(random([5, 7], seed)))) as [tf.Variable, tf.Variable, tf.Variable]; // prettier-ignore
      const gradient = random([5, 7], 4);
      await parameter.data();
      for (let i = 0; i < 3; i++) adam.update([{ parameter, first, second, gradient }], step);
      const values = await Promise.all([parameter, first, second].map((variable) => variable.data()));
      tf.dispose([parameter, first, second, gradient]);
      return values;
    };
    const [expected, results] = [await after('cpu', referenceKernels), await after('webgpu', engine.kernels)];
    for (const [i, result] of results.entries()) expect(relativeError(result, expected[i]!)).toBeLessThan(1e-6);
  });
});
