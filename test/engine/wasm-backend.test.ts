/** What the wasm backend must get right that tfjs's own does not, against tfjs's plain JavaScript backend. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../../src/engine/gradient.ts'; // registers the gradients of tfjs's ops
import type { Engine } from '../../src/engine/engine.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 2 });
});
afterAll(() => engine.dispose());

async function on(backend: string, compute: () => Float32Array[]): Promise<Float32Array[]> {
  await tf.setBackend(backend);
  try {
    let values: Float32Array[] = [];
    tf.tidy(() => {
      values = compute();
    });
    return values;
  } finally {
    await tf.setBackend('wasm');
  }
}

describe('matrix product', () => {
  it('is right for one buffer in two shapes', () => {
    const x = tf.range(0, 12);
    const sum = (rows: number) => [...tf.matMul(tf.ones([1, rows]), tf.reshape(x, [rows, 12 / rows])).dataSync()];
    expect([sum(3), sum(6), sum(3)]).toEqual([
      [12, 15, 18, 21],
      [30, 36],
      [12, 15, 18, 21],
    ]);
  });
});

describe('convolution gradients', () => {
  const cases = [
    { size: 28, kernel: 3, stride: 1, pad: 1, channels: 3, out: 5 },
    { size: 28, kernel: 3, stride: 2, pad: 1, channels: 3, out: 5 },
    { size: 14, kernel: 3, stride: 2, pad: 0, channels: 4, out: 6 },
    { size: 14, kernel: 5, stride: 2, pad: 2, channels: 4, out: 6 },
    { size: 15, kernel: 9, stride: 1, pad: 0, channels: 2, out: 3 },
    { size: 9, kernel: 1, stride: 2, pad: 0, channels: 4, out: 4 },
    { size: 10, kernel: 2, stride: 3, pad: 0, channels: 2, out: 2 },
    { size: 10, kernel: 2, stride: 4, pad: 1, channels: 2, out: 2 },
  ];
  it.each(cases)(
    'agree for $size×$size, kernel $kernel, stride $stride, padding $pad',
    async ({ size, kernel, stride, pad, channels, out }) => {
      const compute = () => {
        const x = tf.randomNormal<tf.Rank.R4>([2, size, size + 1, channels], 0, 1, 'float32', 3);
        const w = tf.randomNormal<tf.Rank.R4>([kernel, kernel, channels, out], 0, 1, 'float32', 4);
        const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
          tf.sum(tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad))),
        );
        return gradients([x, w]).map((gradient) => gradient.dataSync() as Float32Array);
      };
      const expected = await on('cpu', compute);
      const actual = await on('wasm', compute);
      for (const [i, reference] of expected.entries()) {
        const largest = reference.reduce((max: number, value) => Math.max(max, Math.abs(value)), 0);
        const error = reference.reduce((max: number, value, j) => Math.max(max, Math.abs(value - actual[i]![j]!)), 0);
        expect(error / largest).toBeLessThan(1e-5);
      }
    },
  );

  it('frees what it makes', () => {
    const before = tf.memory().numTensors;
    const buffers = () => (tf.backend() as unknown as { numDataIds(): number }).numDataIds();
    const held = buffers();
    tf.tidy(() => {
      const x = tf.ones<tf.Rank.R4>([1, 8, 8, 2]);
      tf.grad((a: tf.Tensor) => tf.sum(tf.conv2d(a as tf.Tensor4D, tf.ones<tf.Rank.R4>([3, 3, 2, 2]), 2, 1)))(x);
    });
    expect([tf.memory().numTensors, buffers()]).toEqual([before, held]);
  });
});
