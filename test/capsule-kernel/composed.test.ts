/** The composed kernel against PyTorch in float64, on the plain CPU backend, whole and in chunks. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { composedKernel } from '../../src/engine/backends/tensorflow/capsules.ts';
import { readGoldens } from './cases.ts';
import { runLayer } from './run-layer.ts';

const TOLERANCE = 2e-6;
/** Small ones: the backend is slow. */
const goldens = readGoldens()
  .filter(({ u, w, dv }) => u.length + w.length + dv.length < 4000)
  .filter((_, i) => i % 2 === 0);

beforeAll(() => tf.setBackend('cpu').then(() => undefined));

it.each([2 ** 30, 2000])('agrees with PyTorch with chunks of %i bytes, and keeps no tensor', (voteBytes) => {
  const kernel = composedKernel(voteBytes);
  expect(goldens.length).toBeGreaterThan(20);
  expect(new Set(goldens.map(({ shape }) => shape.batch)).size).toBeGreaterThan(2);
  const before = tf.memory().numTensors;
  for (const golden of goldens) {
    const errors = golden.errors(runLayer(kernel, golden));
    expect(Math.max(errors.v, errors.du, errors.dw), JSON.stringify(golden.shape)).toBeLessThanOrEqual(TOLERANCE);
  }
  expect(tf.memory().numTensors).toBe(before);
});
