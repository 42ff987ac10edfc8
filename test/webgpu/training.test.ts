/** Training on WebGPU, on Dawn and SwiftShader: as on wasm, for long, and when the device goes wrong or away. */
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { Gpu } from '../../src/engine/backends/webgpu/gpu.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Checkpoint, JobIO } from '../../src/engine/io.ts';
import { train, type TrainJob } from '../../src/engine/jobs/train.ts';
import type { EngineName } from '../../src/shared/engines.ts';
import type { StepProgress } from '../../src/shared/progress.ts';
import type { EpochMetrics } from '../../src/shared/results.ts';
import type { TrainingSpec } from '../../src/shared/spec/training.ts';
import type { Weights } from '../../src/shared/weights.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from '../engine/blobs.ts';
import { needs } from '../needs.ts';
import { relativeError } from '../network/golden.ts';
import { lackOfSwiftShader } from '../swiftshader.ts';
import { network, smallest, training } from './tiny.ts';

const dataset = blobs(60, 12);
const jobWith = (settings: Partial<TrainingSpec>): TrainJob => ({
  network,
  training: training(settings),
  seed: 5,
  firstEpoch: 0,
  weights: null,
});
const gpuDevice = () => (tf.backend() as unknown as { device: GPUDevice }).device;

/** A host that records everything; `onStep` may do something in between. */
function recorder(onStep: (progress: StepProgress) => void = () => undefined) {
  const epochs: EpochMetrics[] = [];
  const checkpoints: Checkpoint[] = [];
  const steps: StepProgress[] = [];
  const io: JobIO = {
    onStep: (progress) => {
      steps.push(progress);
      onStep(progress);
    },
    onEpoch: (metrics, checkpoint) => {
      epochs.push(metrics);
      checkpoints.push(checkpoint);
    },
    onStop: () => undefined,
    shouldStop: () => false,
    now: () => performance.now(),
    peakMemory: () => 0,
  };
  return { io, epochs, checkpoints, steps };
}

function expectClose(weights: Weights, expected: Weights, tolerance: number): void {
  expect([...weights.keys()]).toEqual([...expected.keys()]);
  for (const [name, { data }] of weights) expect(relativeError(data, expected.get(name)!.data), name).toBeLessThanOrEqual(tolerance);
}

describe('training on WebGPU', { timeout: 300_000, ...needs(lackOfSwiftShader) }, () => {
  let engine: Engine | undefined;
  const start = async (name: EngineName = 'webgpu') => (engine = await startEngine({ engine: name, threads: 1 }));
  afterEach(() => {
    engine?.dispose();
    engine = undefined;
  });

  it('makes 20 steps as wasm does, reading what they measure in once for several', async () => {
    const wasm = recorder();
    const expected = await train(jobWith({}), dataset, await start('wasm'), wasm.io);
    engine!.dispose();
    const { io, epochs, steps } = recorder();
    const { weights } = await train(jobWith({}), dataset, await start(), io);
    expectClose(weights, expected.weights, 1e-4);
    for (const [i, { train: measured, test, gradients }] of epochs.entries()) {
      const other = wasm.epochs[i]!;
      expect(relativeError(Object.values(measured), Object.values(other.train))).toBeLessThan(1e-4);
      expect(test.loss).toBeCloseTo(other.test.loss, 4);
      for (const [l, { norm }] of gradients.entries()) expect(norm / other.gradients[l]!.norm).toBeCloseTo(1, 3);
    }
    // Ten steps an epoch, read after eight and at the end.
    expect(steps.map(({ step }) => step)).toEqual([8, 10, 8, 10]);
  });

  it('makes 150 steps without keeping a tensor or memory', async () => {
    await start();
    const memory: string[] = [];
    const { io } = recorder(({ epoch }) => {
      const { numTensors, numDataBuffers, numBytesAllocatedInGPU } = tf.memory() as tf.MemoryInfo & { numBytesAllocatedInGPU: number };
      // The first epochs, with what follows them, fill the pool of memory.
      if (epoch > 2) memory.push(`${numTensors} tensors, ${numDataBuffers} buffers, ${numBytesAllocatedInGPU} bytes`);
    });
    const before = tf.memory().numTensors;
    const job = { ...jobWith({ epochs: 6, ccm: 0 }), network: smallest };
    const { status } = await train(job, blobs(150, 6), engine!, io);
    expect(status).toBe('finished');
    // Twenty-five steps an epoch, read eight at a time.
    expect(memory).toHaveLength(4 * 4);
    expect(new Set(memory).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('fails with one clear sentence when the device is lost, and goes on from the checkpoint on a new one', async () => {
    const whole = recorder();
    const uninterrupted = await train(jobWith({}), dataset, await start(), whole.io);
    const interrupted = recorder(({ epoch, step }) => {
      if (epoch === 2 && step === 8) gpuDevice().destroy();
    });
    await expect(train(jobWith({}), dataset, engine!, interrupted.io)).rejects.toThrow(/^The graphics card was lost: /);
    expect(interrupted.epochs).toHaveLength(1);
    engine!.dispose();
    const resumed = await train(jobWith({}), dataset, await start(), recorder().io, interrupted.checkpoints[0]);
    expectClose(resumed.weights, uninterrupted.weights, 0);
  });

  it('hands out no number after the device refused something, whatever it was asked for', async () => {
    await start();
    const program = { key: 'bad', access: ['write' as const], code: () => 'this is no program' };
    const gpu = new Gpu(tf.backend());
    const sum = tf.add(tf.tensor1d([1, 2, 3]), 1);
    expect([...(await sum.data())]).toEqual([2, 3, 4]);
    let failed = false;
    const { io, epochs } = recorder(() => {
      if (!failed) gpu.run(program, Uint32Array.of(0), [gpu.output([4])], [1, 1, 1]);
      failed = true;
    });
    await expect(train(jobWith({}), dataset, engine!, io)).rejects.toThrow(/^The graphics card was given something it does not accept/);
    expect(epochs).toEqual([]);
    await expect(tf.add(sum, 1).data()).rejects.toThrow(/does not accept/);
  });
});
