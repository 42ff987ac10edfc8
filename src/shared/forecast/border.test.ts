import { describe, expect, it } from 'vitest';
import type { RoutingShape } from '../describe.ts';
import { shareOnMap, windowMeans } from './border.ts';

const shape: RoutingShape = {
  ...{ inHeight: 6, inWidth: 6, inTypes: 1, inDim: 1, outHeight: 6, outWidth: 6, outTypes: 1, outDim: 1 },
  ...{ kernelHeight: 3, kernelWidth: 3, stride: 1, padding: 1, iterations: 1 },
};

describe('what a border takes', () => {
  it('is the largest eigenvalue of the windows where maps repeat', () => {
    // Of a band of ones: along an axis of n positions, (1 + 2 cos(π / (n + 1))) / 3.
    expect(shareOnMap(shape)).toBeCloseTo(((1 + 2 * Math.cos(Math.PI / 7)) / 3) ** 2, 6);
  });

  it('is nothing without padding, and under one window over everything', () => {
    expect(shareOnMap({ ...shape, padding: 0, outHeight: 4, outWidth: 4 })).toBeCloseTo(1, 12);
    expect(shareOnMap({ ...shape, kernelHeight: 6, kernelWidth: 6, padding: 0, outHeight: 1, outWidth: 1 })).toBeCloseTo(1, 12);
  });

  it('is the same along both axes as by whole windows', () => {
    const uneven = { ...shape, inHeight: 5, outHeight: 5, inWidth: 9, outWidth: 9 };
    let profile = new Array<number>(45).fill(1);
    const total = () => profile.reduce((sum, value) => sum + value, 0);
    for (let pass = 0; pass < 49; pass++) profile = windowMeans(profile, uneven);
    const before = total();
    profile = windowMeans(profile, uneven);
    expect(shareOnMap(uneven)).toBeCloseTo(total() / before, 12);
    const once = { ...shape, outHeight: 3, outWidth: 3, stride: 2 };
    const means = windowMeans(new Array<number>(36).fill(1), once);
    expect(shareOnMap(once)).toBeCloseTo(means.reduce((sum, value) => sum + value, 0) / 9, 12);
  });

  it('counts children outside as zero', () => {
    const means = windowMeans(new Array<number>(36).fill(9), shape);
    expect([means[0], means[1], means[7]]).toEqual([4, 6, 9]);
  });
});
