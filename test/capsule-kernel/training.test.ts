/** Training with the fused kernels is training with the reference ops. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { referenceKernels } from '../../src/engine/backends/reference/kernels.ts';
import { CapsNet } from '../../src/engine/network/capsnet.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { trainingBatches } from '../../src/engine/training/batches.ts';
import { TrainingState } from '../../src/engine/training/training-state.ts';
import { inputShape } from '../../src/shared/dataset.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { blobs } from '../engine/blobs.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 2 });
});
afterAll(() => engine.dispose());

it('has the same loss over 20 steps, within 1e-4', async () => {
  const dataset = blobs(250, 10);
  const training = TrainingSpec.parse({ epochs: 1, batch: 12 });
  const spec = networkOf({ types: 4, dim: 6, depth: 2 });
  const input = inputShape(dataset);
  const curve = async (kernels: Kernels): Promise<number[]> => {
    const state = new TrainingState(new CapsNet(spec, input, kernels, initialWeights(spec, input, 3)), training, { seed: 3, epoch: 0 });
    const batch = trainingBatches(dataset, { ...training, seed: 3, epoch: 1 });
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) {
      await state.train(batch(step), () => performance.now());
      losses.push(state.progress.loss);
    }
    state.dispose();
    return losses;
  };
  const [fused, reference] = [await curve(engine.kernels), await curve(referenceKernels)];
  expect(engine.kernels.capsules.name).not.toBe(referenceKernels.capsules.name);
  expect(reference.at(-1)).toBeLessThan(reference[0]!);
  for (const [step, loss] of fused.entries()) expect(Math.abs(loss - reference[step]!)).toBeLessThan(1e-4);
});
