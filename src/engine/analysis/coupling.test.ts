import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RoutingShape } from '../../shared/describe.ts';
import { couplingCoefficients } from '../backends/reference/capsules.ts';
import { randomStream } from '../../shared/random.ts';
import { readBack } from '../ops/read-back.ts';
import { CouplingMeter } from './coupling.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** One child type in a 2 × 2 map under a padded 3 × 3 window: at every position, 4 of 9 children exist. */
function shapeOf(outTypes: number, padding = 1): RoutingShape {
  const size = 2 + 2 * padding - 2;
  const map = { inHeight: 2, inWidth: 2, inTypes: 1, inDim: 2, outHeight: size, outWidth: size, outTypes, outDim: 2 };
  return { ...map, kernelHeight: padding ? 3 : 2, kernelWidth: padding ? 3 : 2, stride: 1, padding, iterations: 3 };
}

async function measure(shape: RoutingShape, ...batches: number[][][][]) {
  const meter = new CouplingMeter('capsules.0', shape);
  const cells = shape.outHeight * shape.outWidth;
  for (const coupling of batches) meter.add(coupling.length / cells, await readBack(() => meter.measure(tf.tensor3d(coupling))));
  return meter.result();
}

/** One image and one position, the same coupling for all four children: nothing is padded. */
const single = { ...shapeOf(4, 0), outHeight: 1, outWidth: 1 };
const uniform = [0.25, 0.25, 0.25, 0.25];
const decided = [0, 1, 0, 0];
const fourChildren = (coupling: number[]): number[][] => Array.from({ length: 4 }, () => coupling);

describe('CouplingMeter', () => {
  it('is 1 without spread for uniform coupling, and 0 when one parent takes all', async () => {
    const undecided = await measure(single, [fourChildren(uniform)]);
    expect(undecided.layer).toBe('capsules.0');
    expect(undecided.entropy).toBeCloseTo(1, 6);
    expect(undecided.spread).toBe(0);
    const { entropy, spread } = await measure(single, [fourChildren(decided)]);
    expect(entropy).toBeCloseTo(0, 6);
    expect(spread).toBeCloseTo(Math.sqrt(3) / 4, 6);
  });

  it('averages over children and batches by their numbers', async () => {
    const one = [fourChildren(uniform)];
    const three = [fourChildren(decided), fourChildren(decided), fourChildren(uniform)];
    expect((await measure(single, one, three)).entropy).toBeCloseTo(0.5, 6);
  });

  it('leaves out children in the padding', async () => {
    // The zero-padded children of real routing couple uniformly; here they would spoil the result.
    const random = randomStream(2, 'coupling');
    const shape = { ...shapeOf(3), batch: 2, squash: 'squash' } as const;
    const [u, w] = [
      tf.randomNormal([2, 2, 2, 1, 2], 0, 1, 'float32', random.int(0, 1000)),
      tf.randomNormal([9, 3, 2, 2], 0, 3, 'float32', random.int(0, 1000)),
    ];
    const coupling = couplingCoefficients(u, w, undefined, shape);
    const meter = new CouplingMeter('capsules.0', shape);
    meter.add(shape.batch, await readBack(() => meter.measure(coupling)));
    // By hand: with float noise aside, only children in the padding have exactly uniform coupling.
    const rows = tf.reshape<tf.Rank.R2>(coupling, [2 * 4 * 9, 3]).arraySync();
    const real = rows.filter((row) => Math.max(...row) - Math.min(...row) > 1e-6);
    expect(real).toHaveLength(2 * 4 * 4);
    const entropies = real.map((row) => -row.reduce((sum, c) => sum + c * Math.log(c), 0) / Math.log(3));
    expect(meter.result().entropy).toBeCloseTo(entropies.reduce((a, b) => a + b) / entropies.length, 5);
  });

  it('differs between images only where they are routed differently, whatever the entropy', async () => {
    const between = async (...images: number[][][][]) => (await measure(single, ...images)).betweenImages;
    const other = [0, 0, 1, 0];
    // Every image goes the same way, decided as it is.
    expect(await between([fourChildren(decided), fourChildren(decided)], [fourChildren(decided)])).toBeCloseTo(0, 6);
    // Half of the images go one way: two of four couplings are 0 or 1, with a deviation of 1/2.
    expect(await between([fourChildren(decided), fourChildren(other)])).toBeCloseTo(1 / 4, 6);
    expect(await between([fourChildren(decided)], [fourChildren(other)])).toBeCloseTo(1 / 4, 6);
  });

  it('is decided when there is a single parent', async () => {
    const { entropy, spread } = await measure({ ...single, outTypes: 1 }, [fourChildren([1])]);
    expect([entropy, spread]).toEqual([0, 0]);
  });
});
