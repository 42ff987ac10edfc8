/** The composed kernel, whole and in chunks, and the reference kernel against PyTorch in float64, on the plain CPU backend. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, it } from 'vitest';
import { composedKernel } from '../../src/engine/backends/tensorflow/capsules.ts';
import { referenceKernel } from '../../src/engine/backends/reference/capsules.ts';
import { readGoldens } from './cases.ts';
import { runLayer } from './run-layer.ts';

const TOLERANCE = 2e-6;
/** Small ones: the backend is slow. */
const goldens = [...readGoldens(), ...readGoldens('capsule-bias')]
  .filter(({ u, w, dv }) => u.length + w.length + dv.length < 4000)
  .filter((_, i) => i % 2 === 0);

beforeAll(() => tf.setBackend('cpu').then(() => undefined));

it.each([
  ['in one chunk', composedKernel(2 ** 30)],
  ['in chunks of 2000 bytes', composedKernel(2000)],
  ['as the reference', referenceKernel],
])('agrees with PyTorch %s, and keeps no tensor', (_, kernel) => {
  expect(goldens.length).toBeGreaterThan(20);
  expect(new Set(goldens.map(({ shape }) => shape.batch)).size).toBeGreaterThan(2);
  expect(goldens.filter(({ bias }) => bias).length).toBeGreaterThan(5);
  const before = tf.memory().numTensors;
  for (const golden of goldens) {
    const errors = golden.errors(runLayer(kernel, golden));
    expect(Math.max(...Object.values(errors)), JSON.stringify(golden.shape)).toBeLessThanOrEqual(TOLERANCE);
  }
  expect(tf.memory().numTensors).toBe(before);
});
