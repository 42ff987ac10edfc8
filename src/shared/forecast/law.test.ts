import { describe, expect, it } from 'vitest';
import { networkOf, type NetworkFamily } from '../spec/network.ts';
import { fixedPoint, nextLength, primaryLength, routedLayers } from './law.ts';

describe('the law', () => {
  it('has the fixed points that its equations give', () => {
    // r = (1 + √(1 − 4/g)) / 2
    expect(fixedPoint('squash', 4)).toBe(0.5);
    expect(fixedPoint('squash', 4.5)).toBeCloseTo(2 / 3, 12);
    expect(fixedPoint('squash', 9)).toBeCloseTo(0.8727, 4);
    expect([fixedPoint('squash', 3.99), fixedPoint('squash', 1)]).toEqual([0, 0]);
    for (const gain of [1.12, 2.25, 4.5, 50]) {
      const r = fixedPoint('sensitive', gain);
      expect(r).toBeGreaterThan(0.1);
      expect(1 - Math.exp(-Math.sqrt(gain) * r)).toBeCloseTo(r, 10);
    }
    expect([fixedPoint('sensitive', 1), fixedPoint('sensitive', 0.5)]).toEqual([0, 0]);
  });

  it.each([
    ['squash', 6.75],
    ['sensitive', 2.25],
  ] as const)('keeps the fixed point of %s and approaches it', (squash, gain) => {
    const fixed = fixedPoint(squash, gain);
    expect(nextLength(squash, gain, fixed)).toBeCloseTo(fixed, 12);
    let r = 0.95;
    for (let layer = 0; layer < 200; layer++) r = nextLength(squash, gain, r);
    expect(r).toBeCloseTo(fixed, 10);
  });

  it('dies doubly exponentially below the critical gain of squash, exponentially below that of sensitive squash', () => {
    const after = (squash: 'squash' | 'sensitive', gain: number, layers: number) => {
      let r = 0.5;
      for (let layer = 0; layer < layers; layer++) r = nextLength(squash, gain, r);
      return r;
    };
    expect(Math.log(after('squash', 1, 8)) / Math.log(after('squash', 1, 7))).toBeCloseTo(2, 2);
    expect(after('sensitive', 0.25, 12) / after('sensitive', 0.25, 11)).toBeCloseTo(0.5, 3);
  });
});

it('knows how long fresh primary capsules are, but where they look at the image', () => {
  const spec = networkOf({ types: 16, dim: 4 });
  const square = 4 * (1 / 6 + 1 / (3 * 64 * 9));
  expect(primaryLength(spec)).toBeCloseTo(square / (1 + square), 12);
  expect(primaryLength({ ...spec, backbone: [] })).toBeNull();
});

it('lists the layers with routing from below, with the deviation of their matrices', () => {
  const family: Partial<NetworkFamily> = { types: 8, dim: 8, depth: 2 };
  const layers = routedLayers(networkOf(family), { height: 28, width: 28, channels: 1, classes: 10 });
  expect(layers.map(({ name, sigma }) => [name, sigma])).toEqual([
    ['capsules.0', 0.5],
    ['capsules.1', 0.5],
    ['classes', 0.1],
  ]);
});
