import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { randomStream } from '../../shared/random.ts';
import { ccmTerm, correlationMatrix } from './ccm.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

type Shape = [number, number, number, number];
const valueOf = (maps: ArrayLike<number>, shape: Shape): number =>
  tf.tidy(() => ccmTerm(tf.tensor4d(Array.from(maps), shape)).dataSync()[0]!);
const gradientOf = (maps: ArrayLike<number>, shape: Shape): Float32Array =>
  tf.tidy(
    () =>
      tf
        .valueAndGrad(ccmTerm)(tf.tensor4d(Array.from(maps), shape))
        .grad.dataSync() as Float32Array,
  );

function randomMaps([batch, height, width, channels]: Shape, seed = 1): Float32Array {
  const random = randomStream(seed, 'maps');
  return Float32Array.from({ length: batch * height * width * channels }, () => Math.max(0, random.normal() + 0.5));
}

describe('ccmTerm', () => {
  const shape: Shape = [2, 3, 2, 4];

  it('has the gradient that finite differences give', () => {
    const maps = randomMaps(shape);
    const gradient = gradientOf(maps, shape);
    const step = 0.01;
    for (let i = 0; i < maps.length; i++) {
      const moved = (by: number) => valueOf(maps.with(i, maps[i]! + by), shape);
      // Fourth order, so that the step can be large against float32 rounding.
      const slope = (8 * (moved(step) - moved(-step)) - (moved(2 * step) - moved(-2 * step))) / (12 * step);
      expect(gradient[i]).toBeCloseTo(slope, 3);
    }
    expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it('is 1 for maps that are the same up to scale and offset', () => {
    const ramp = Array.from({ length: 12 }, (_, i) => [i, 2 * i + 1, 5 - i]).flat();
    expect(valueOf(ramp, [1, 3, 4, 3])).toBeCloseTo(1, 5);
  });

  it('gives constant maps no correlation and no gradient', () => {
    // In float32, the mean of 63 times 1.99 is not 1.99.
    for (const constant of [0, 0.1, 0.7, 1.99, -3, 1234.5678, 1e-9]) {
      const channels = 4;
      const maps = randomMaps([3, 7, 9, channels]);
      for (let i = 1; i < maps.length; i += channels) maps[i] = constant;
      const gradient = gradientOf(maps, [3, 7, 9, channels]);
      expect(gradient.every(Number.isFinite)).toBe(true);
      expect(gradient.filter((_, i) => i % channels === 1).every((value) => value === 0)).toBe(true);
      expect(gradient.some((value) => value !== 0)).toBe(true);
      const matrix = tf.tidy(() => correlationMatrix(tf.tensor4d(maps, [3, 7, 9, channels])).arraySync());
      for (let i = 0; i < channels; i++) {
        expect([matrix[i]![1], matrix[1]![i]]).toEqual([0, 0]);
        if (i !== 1) expect(matrix[i]![i]).toBeCloseTo(1, 5);
      }
    }
  });

  it('is 0 when all maps are constant, and for maps of one position', () => {
    expect(valueOf(new Float32Array(24).fill(0.3), [1, 3, 2, 4])).toBe(0);
    expect(valueOf(randomMaps([2, 1, 1, 4]), [2, 1, 1, 4])).toBe(0);
    expect(Array.from(gradientOf(randomMaps([2, 1, 1, 4]), [2, 1, 1, 4]))).toEqual(new Array(8).fill(0));
  });

  it('grows when the maps follow its gradient', () => {
    const maps = randomMaps(shape);
    const gradient = gradientOf(maps, shape);
    expect(valueOf(maps.map((value, i) => value + gradient[i]!), shape)).toBeGreaterThan(valueOf(maps, shape) + 0.01); // prettier-ignore
  });

  it('passes its gradient on to what the maps were made from', () => {
    const gradient = tf.tidy(() => {
      const image = tf.tensor4d(randomMaps([2, 6, 6, 1]), [2, 6, 6, 1]);
      const filters = tf.tensor4d(randomMaps([3, 3, 1, 4], 2), [3, 3, 1, 4]);
      const term = (weight: tf.Tensor4D) => tf.mul<tf.Scalar>(ccmTerm(tf.conv2d(image, weight, 1, 'same')), -0.01);
      return tf.valueAndGrad(term)(filters).grad.dataSync();
    });
    expect(gradient.some((value) => Math.abs(value) > 1e-6)).toBe(true);
  });
});
