import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBack } from '../ops/read-back.ts';
import { countInactive } from '../../shared/inactive.ts';
import { activityOf, ActivityMeter, activationRates, deadCapsules } from './activity.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Two images, two positions in a row, three types of two dimensions: [image][position][type]. */
const batch = [
  [
    [[0.6, 0.8], [0.3, 0.4], [0, 0]], // prettier-ignore
    [[-0.6, -0.8], [0.3, 0.4], [0, 0.004]], // prettier-ignore
  ],
  [
    [[0.6, 0.8], [0, 0], [0, 0]], // prettier-ignore
    [[-0.6, -0.8], [0, 0], [0, 0]], // prettier-ignore
  ],
];

async function measure(...batches: number[][][][][][]) {
  const meter = new ActivityMeter('capsules.0', 0.01);
  for (const vectors of batches) meter.add(await readBack(() => activityOf(tf.tensor5d(vectors), 'squash')));
  return meter;
}
/** As (batch, height 1, width, types, dim). */
const first = batch.map((image) => [image]);

describe('ActivityMeter', () => {
  it('lets vectors cancel in the mean vector only', async () => {
    const { layer, meanVector, meanLength, maxLength, activationRate } = (await measure(first)).result();
    expect(layer).toBe('capsules.0');
    expect(meanVector).toEqual([expect.closeTo(0, 6), expect.closeTo(0.25, 6), expect.closeTo(0.001, 6)]);
    expect(meanLength).toEqual([expect.closeTo(1, 6), expect.closeTo(0.25, 6), expect.closeTo(0.001, 6)]);
    expect(maxLength).toEqual([expect.closeTo(1, 6), expect.closeTo(0.5, 6), expect.closeTo(0.004, 6)]);
    expect(activationRate).toEqual([1, 0.5, 0]);
  });

  it('averages mean-vector lengths over batches, not vectors, and other lengths over images', async () => {
    const opposite = first.map((image) => image.map((row) => row.map((types) => types.map((vector) => vector.map((x) => -x)))));
    const half = (await measure(first, opposite.slice(0, 1))).result();
    // Type 1: batch means (0.15, 0.2) and −(0.3, 0.4); lengths 0.5 on four of six capsules.
    expect(half.meanVector[1]).toBeCloseTo((0.25 + 0.5) / 2, 6);
    expect(half.meanLength[1]).toBeCloseTo((0.5 * 4) / 6, 6);
    expect(half.activationRate[1]).toBeCloseTo(2 / 3, 6);
  });

  it('keeps the longest capsule of every image, to which any threshold applies', async () => {
    const lengths = (await measure(first, first.slice(1))).imageLengths();
    expect(lengths.shape).toEqual([3, 3]);
    expect(Array.from(lengths.data, (length) => Number(length.toFixed(4)))).toEqual([1, 0.5, 0.004, 1, 0, 0, 1, 0, 0]);
    expect(activationRates(lengths, 0.001)).toEqual([1, expect.closeTo(1 / 3, 9), expect.closeTo(1 / 3, 9)]);
    expect(activationRates({ shape: [2, 2], data: Float32Array.of(0.5, 0.75, 0.5, 0.25) }, 0.5)).toEqual([0, 0.5]);
  });

  it('knows the lengths before squash', async () => {
    const before = async (squash: 'squash' | 'sensitive') => {
      const meter = new ActivityMeter('capsules.0', 0.01);
      meter.add(await readBack(() => activityOf(tf.tensor5d(first), squash)));
      return meter.result().preSquash!;
    };
    // Lengths of 0.5 at half of the positions, 0.004 at a quarter. |v| = n² / (1 + n²), or 1 − e^−n.
    const plain = await before('squash');
    expect(plain.slice(1)).toEqual([expect.closeTo(1 / 2, 6), expect.closeTo(Math.sqrt(0.004 / 0.996) / 4, 6)]);
    const sensitive = await before('sensitive');
    expect(sensitive.slice(1)).toEqual([expect.closeTo(Math.log(2) / 2, 6), expect.closeTo(-Math.log(0.996) / 4, 6)]);
    // Rounded up to 1, a length still has a finite one before.
    expect(plain[0]).toBeGreaterThan(1000);
    expect(plain[0]).toBeLessThan(1e5);
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    const vectors = tf.tensor5d(first);
    tf.dispose(activityOf(vectors, 'squash'));
    vectors.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('deadCapsules', () => {
  it('counts types that are never longer than the threshold', async () => {
    const activity = [(await measure(first)).result()];
    expect(deadCapsules(activity, 0.01)).toEqual([{ layer: 'capsules.0', dead: 1, of: 3 }]);
    expect(deadCapsules(activity, 0.6)).toEqual([{ layer: 'capsules.0', dead: 2, of: 3 }]);
  });
  it('rounds as the count of inactive types by their largest length does', () => {
    const lengths = [0.0104, 0.0106, 0.0094, 0];
    const activity = [{ layer: 'capsules.0', meanVector: lengths, meanLength: lengths, maxLength: lengths, activationRate: lengths }];
    const { total, of } = countInactive(activity, 'max-length', 0.01);
    expect([total, of]).toEqual([3, 4]);
    expect(deadCapsules(activity, 0.01)).toEqual([{ layer: 'capsules.0', dead: total, of }]);
  });
});
