/** The fused kernel against PyTorch in float64, over shapes of all kinds, threads, instruction sets and memories. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CapsuleKernel, LayerShape } from '../../src/engine/ops/capsule-kernel.ts';
import { startWasmKernel, type StartedKernel } from '../../src/engine/backends/wasm/start.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { nodeKernelHost } from '../../src/trainer/node/kernel-host.ts';
import { readGoldens, type Golden } from './cases.ts';
import { runLayer } from './run-layer.ts';

const TOLERANCE = 2e-6;
const kernels = new URL('../../out/kernels/', import.meta.url);
const goldens = readGoldens();
const biased = readGoldens('capsule-bias');

function expectGoldens(kernel: CapsuleKernel, cases: Golden[]): void {
  for (const golden of cases) {
    const errors = golden.errors(runLayer(kernel, golden));
    expect(Object.keys(errors)).toHaveLength(golden.bias ? 4 : 3);
    for (const [name, error] of Object.entries(errors))
      expect(error, `${name} of ${JSON.stringify(golden.shape)}`).toBeLessThanOrEqual(TOLERANCE);
  }
}

it('has goldens of at least 200 shapes, with every kind that must work', () => {
  expect(goldens.length).toBeGreaterThanOrEqual(200);
  const seen = (pick: (shape: LayerShape) => number | string) => [...new Set(goldens.map(({ shape }) => pick(shape)))].sort();
  expect(seen((s) => s.batch)).toEqual(expect.arrayContaining([1, 3, 31, 128]));
  expect(seen((s) => s.iterations)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(seen((s) => s.stride)).toEqual([1, 2]);
  expect(seen((s) => s.kernelHeight)).toEqual(expect.arrayContaining([1, 3, 5]));
  expect(seen((s) => s.squash)).toEqual(['sensitive', 'squash']);
});

describe("in tfjs's own heap", () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 2 });
  });
  afterAll(() => engine.dispose());

  it('agrees with PyTorch on every shape', () => {
    expectGoldens(engine.kernels.capsules, goldens);
  });

  it('agrees with PyTorch on every shape with a bias', () => {
    expect(new Set(biased.map(({ shape }) => shape.iterations)).size).toBe(8);
    expectGoldens(engine.kernels.capsules, biased);
  });

  it('computes with a bias of zeros what it computes without, to the bit', () => {
    for (const golden of goldens.slice(0, 20)) {
      const { dbias, ...rest } = runLayer(engine.kernels.capsules, {
        ...golden,
        bias: new Float32Array(golden.shape.outTypes * golden.shape.outDim),
      });
      expect(rest).toEqual(runLayer(engine.kernels.capsules, golden));
      expect(dbias!.some((value) => value !== 0)).toBe(true);
    }
  });

  it('frees what it makes', () => {
    const before = tf.memory().numTensors;
    runLayer(engine.kernels.capsules, goldens[0]!);
    runLayer(engine.kernels.capsules, biased[0]!);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets NaN and infinity through, to where they belong, and ends', () => {
    const golden = goldens.find(({ shape }) => shape.batch === 31 && shape.iterations > 2)!;
    for (const bad of [NaN, Infinity]) {
      const u = golden.u.slice();
      u[0] = bad; // of the first image
      const { v } = runLayer(engine.kernels.capsules, { ...golden, u });
      const perImage = v.length / golden.shape.batch;
      expect(v.subarray(0, perImage).some((value) => !Number.isFinite(value))).toBe(true);
      expect(v.subarray(perImage).every((value) => Number.isFinite(value))).toBe(true);
    }
  });
});

describe('in a memory of its own, for other CPU backends', () => {
  const some = goldens.filter((_, i) => i % 4 === 0);
  const started: StartedKernel[] = [];
  const start = async (threads: number, plain = false, hands = threads): Promise<StartedKernel> => {
    await tf.setBackend('cpu');
    const host = { ...nodeKernelHost(kernels), threads, hands };
    const kernel = await startWasmKernel(plain ? { ...host, relaxed: host.plain } : host);
    started.push(kernel);
    return kernel;
  };
  afterAll(() => {
    for (const kernel of started) kernel.dispose();
  });

  it.each([1, 2, 3, 5, 16])('agrees with PyTorch with %i threads, and repeats itself to the bit', async (threads) => {
    const kernel = await start(threads);
    const withBias = biased.filter((_, i) => i % 2 === 0);
    expectGoldens(kernel, [...some, ...withBias]);
    for (const golden of [...some.slice(0, 10), ...withBias.slice(0, 5)])
      expect(runLayer(kernel, golden)).toEqual(runLayer(kernel, golden));
  });

  it.each([
    [1, 2],
    [1, 5],
    [2, 3],
    [3, 16],
  ])('computes on %i threads what it computes on %i, to the bit, where sums are divided among as many hands', async (threads, hands) => {
    const [few, many] = [await start(threads, false, hands), await start(hands)];
    const cases = [...some, ...biased];
    for (const golden of cases) expect(runLayer(few, golden), JSON.stringify(golden.shape)).toEqual(runLayer(many, golden));
    // Else it would say nothing: hands do make a difference.
    const alone = await start(threads);
    expect(cases.some((golden) => JSON.stringify(runLayer(alone, golden)) !== JSON.stringify(runLayer(many, golden)))).toBe(true);
  });

  it('agrees with PyTorch with plain SIMD instructions', async () => {
    expectGoldens(await start(2, true), some);
  });

  it('refuses a number of threads that it cannot have', async () => {
    await expect(start(0)).rejects.toThrow('The number of threads must be from 1 to 16, not 0.');
    await expect(start(17)).rejects.toThrow('not 17');
    await expect(start(2, false, 1)).rejects.toThrow('The number of hands must be from that of threads, 2, to 16, not 1.');
  });
});
