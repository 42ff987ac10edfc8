/** What our kernels put in the place of tfjs's on the wasm backend, against tfjs's plain JavaScript backend and the reference ops. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import '../../src/engine/ops/gradient.ts'; // registers the gradients of tfjs's ops
import type { Engine } from '../../src/engine/engine.ts';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { referenceKernels } from '../../src/engine/backends/reference/kernels.ts';
import { randomStream } from '../../src/shared/random.ts';
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

/** max |a − b| / max |a|. */
function relativeError(expected: Float32Array, actual: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  const largest = expected.reduce((max: number, value) => Math.max(max, Math.abs(value)), 0);
  return expected.reduce((max: number, value, i) => Math.max(max, Math.abs(value - actual[i]!)), 0) / largest;
}

async function expectAgreement(compute: () => Float32Array[], tolerance: number): Promise<void> {
  const [expected, actual] = [await on('cpu', compute), await on('wasm', compute)];
  for (const [i, reference] of expected.entries()) expect(relativeError(reference, actual[i]!)).toBeLessThan(tolerance);
}

const values = (tensor: tf.Tensor): Float32Array => (tensor.dataSync() as Float32Array).slice();
/** Values of tensors that are made and freed here. */
function valuesOf(compute: () => tf.Tensor[]): Float32Array[] {
  let found: Float32Array[] = [];
  tf.tidy(() => {
    found = compute().map(values);
  });
  return found;
}

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, 'float32', seed);

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

  it.each([
    { a: [5, 7], b: [7, 3] },
    { a: [1, 300], b: [300, 33] },
    { a: [3, 2, 17], b: [3, 17, 16] },
    { a: [2, 3, 4, 6], b: [2, 3, 6, 1] },
    { a: [1, 13, 5], b: [4, 5, 19] },
    { a: [4, 6, 5], b: [1, 5, 2] },
  ])('agrees for $a times $b, transposed or not', async ({ a, b }) => {
    const turned = (shape: number[]) => [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!];
    await expectAgreement(
      () =>
        [0, 1, 2, 3].map((i) => {
          const [transposeA, transposeB] = [(i & 1) > 0, (i & 2) > 0];
          return values(tf.matMul(normal(transposeA ? turned(a) : a, 1), normal(transposeB ? turned(b) : b, 2), transposeA, transposeB));
        }),
      1e-5,
    );
  });
});

interface ConvolutionCase {
  size: number;
  kernel: number;
  stride: number;
  pad: number;
  channels: number;
  out: number;
}

/** Sizes that no block, tile or panel divides, too. */
function oddCases(count: number): ConvolutionCase[] {
  const random = randomStream(7, 'convolutions');
  return Array.from({ length: count }, () => {
    const kernel = random.int(1, 6);
    const pad = random.int(0, kernel - 1);
    const least = Math.max(1, kernel - 2 * pad);
    return {
      size: random.int(least, least + 9),
      kernel,
      stride: random.int(1, 3),
      pad,
      channels: random.int(1, 21),
      out: random.int(1, 37),
    };
  });
}

describe('convolutions and their gradients', () => {
  const cases = [
    { size: 28, kernel: 3, stride: 1, pad: 1, channels: 3, out: 5 },
    { size: 28, kernel: 3, stride: 2, pad: 1, channels: 3, out: 5 },
    { size: 14, kernel: 3, stride: 2, pad: 0, channels: 4, out: 6 },
    { size: 14, kernel: 5, stride: 2, pad: 2, channels: 4, out: 6 },
    { size: 15, kernel: 9, stride: 1, pad: 0, channels: 2, out: 3 },
    { size: 9, kernel: 1, stride: 2, pad: 0, channels: 4, out: 4 },
    { size: 10, kernel: 2, stride: 3, pad: 0, channels: 2, out: 2 },
    { size: 10, kernel: 2, stride: 4, pad: 1, channels: 2, out: 2 },
    { size: 6, kernel: 3, stride: 1, pad: 1, channels: 100, out: 70 },
    ...oddCases(60),
  ];
  it.each(cases)(
    'agree for $size×$size, kernel $kernel, stride $stride, padding $pad, $channels → $out channels',
    async ({ size, kernel, stride, pad, channels, out }) => {
      await expectAgreement(() => {
        const convolve = (a: tf.Tensor, b: tf.Tensor) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, stride, pad);
        const { value, grads } = tf.valueAndGrads((a, b) => tf.sum(tf.square(convolve(a, b))))([
          normal([2, size, size + 1, channels], 3),
          normal([kernel, kernel, channels, out], 4),
        ]);
        return [value, ...grads].map(values);
      }, 1e-5);
    },
  );

  it('agree with dilation, other strides in height and width, and padding of one side', async () => {
    await expectAgreement(() => {
      const [x, filter] = [normal([3, 9, 11, 5], 1) as tf.Tensor4D, normal([3, 2, 5, 18], 2) as tf.Tensor4D];
      return [tf.conv2d(x, filter, 1, 'valid', 'NHWC', [2, 3]), tf.conv2d(x, filter, [1, 3], 'same')].map(values);
    }, 1e-5);
  });

  it('give the same bits every time', () => {
    const compute = () =>
      valuesOf(() => [tf.conv2d(normal([4, 9, 9, 8], 1) as tf.Tensor4D, normal([3, 3, 8, 20], 2) as tf.Tensor4D, 1, 1)]);
    expect(compute()).toEqual(compute());
  });

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

/** Capsules of `dim` values and gradients, by the formulas of engine/ops/squash.ts. */
function squashedInDouble(
  s: Float32Array,
  dv: Float32Array,
  dim: number,
  kind: 'squash' | 'sensitive',
): { v: Float32Array; ds: Float32Array } {
  const [v, ds] = [new Float32Array(s.length), new Float32Array(s.length)];
  for (let at = 0; at < s.length; at += dim) {
    const own = s.subarray(at, at + dim);
    const n2 = own.reduce((sum, x) => sum + x * x, 0);
    const along = own.reduce((sum, x, i) => sum + x * dv[at + i]!, 0);
    const [n, length] = [Math.sqrt(n2), Math.sqrt(n2 + 1e-6)];
    const g = (kind === 'squash' ? n2 / (1 + n2) : -Math.expm1(-n)) / length;
    const rise = kind === 'squash' ? 1 / (1 + n2) ** 2 : Math.exp(-n) / (2 * Math.max(n, 1e-12));
    const slope = rise / length - g / (2 * (n2 + 1e-6));
    own.forEach((x, i) => {
      v[at + i] = g * x;
      ds[at + i] = g * dv[at + i]! + 2 * slope * along * x;
    });
  }
  return { v, ds };
}

describe('kernels of a step', () => {
  const shapes: [number, number, number, number][] = [
    [1, 3, 4, 2],
    [3, 5, 4, 3],
    [2, 9, 9, 6],
    [8, 7, 7, 12],
    [5, 6, 5, 33],
  ];

  it.each(shapes)('normalise as the reference does: (%i, %i, %i, %i)', (...shape) => {
    const [channels] = shape.slice(-1);
    const results = ({ batchNorm }: Kernels) =>
      valuesOf(() => {
        const x = tf.add<tf.Tensor4D>(tf.mul(normal(shape, 1), 3), 20);
        const [gamma, beta] = [normal([channels!], 2), normal([channels!], 3)];
        const { mean, variance } = batchNorm.moments(x);
        const y = batchNorm.forward(x, gamma, beta, mean, variance);
        const { dx, dgamma, dbeta } = batchNorm.backward(normal(shape, 4), { x, y, gamma, mean, variance });
        return [mean, variance, y, dx, dgamma, dbeta];
      });
    const [expected, actual] = [results(referenceKernels), results(engine.kernels)];
    for (const [i, reference] of expected.entries()) expect(relativeError(reference, actual[i]!)).toBeLessThan(1e-4);
  });

  it('let NaN and infinity through the normalisation', () => {
    for (const bad of [NaN, Infinity]) {
      const [y] = valuesOf(() => {
        const x = tf.tensor4d([bad, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [1, 2, 2, 3]);
        const { mean, variance } = engine.kernels.batchNorm.moments(x);
        return [engine.kernels.batchNorm.forward(x, tf.ones([3]), tf.zeros([3]), mean, variance)];
      });
      expect(Number.isNaN(y![0])).toBe(true);
      expect(Number.isFinite(y![1])).toBe(true);
    }
  });

  const squashed = [
    [1, 1],
    [7, 3],
    [8, 12],
    [3, 5, 2, 7, 16],
    [1000, 5],
  ].flatMap((shape) => (['squash', 'sensitive'] as const).map((kind) => ({ shape, kind })));

  it.each(squashed)('squash in single precision as double does: $shape, $kind', ({ shape, kind }) => {
    const [s, dv, v, ds] = valuesOf(() => {
      // From zero and nearly zero to long.
      const lengths = tf.pow(10, tf.randomUniform([...shape.slice(0, -1), 1], -3, 1, 'float32', 5));
      const input = tf.mul(tf.mul(normal(shape, 1), lengths), tf.cast(tf.greater(lengths, 2e-3), 'float32'));
      const gradient = normal(shape, 2);
      const { squash } = engine.kernels;
      return [input, gradient, squash.forward(input, kind), squash.backward(input, gradient, kind)];
    }) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const expected = squashedInDouble(s, dv, shape.at(-1)!, kind);
    expect(relativeError(expected.v, v)).toBeLessThan(1e-6);
    expect(relativeError(expected.ds, ds)).toBeLessThan(1e-6);
  });

  it.each([
    { weightDecay: 1e-3, shrinkage: 0 },
    { weightDecay: 0, shrinkage: 1e-2 },
  ])('update parameters as the reference does, in place: %o', (decay) => {
    const step = { beta1: 0.9, beta2: 0.999, stepSize: 0.01, correction: 0.2, epsilon: 1e-8, ...decay };
    const results = ({ adam }: Kernels) => {
      const made = [1, 3, 4, 21, 1000].map((size) => {
        const variable = (seed: number, positive = false) =>
          tf.tidy(() => tf.variable(positive ? tf.square(normal([size], seed)) : normal([size], seed)));
        return { parameter: variable(1), first: variable(2), second: variable(3, true), gradient: normal([size], 4) };
      });
      for (let i = 0; i < 3; i++) adam.update(made, step);
      const found = made.flatMap(({ parameter, first, second }) => [parameter, first, second].map(values));
      tf.dispose(made.flatMap((all) => Object.values(all)));
      return found;
    };
    const [expected, actual] = [results(referenceKernels), results(engine.kernels)];
    for (const [i, reference] of expected.entries()) expect(relativeError(reference, actual[i]!)).toBeLessThan(1e-6);
  });
});
