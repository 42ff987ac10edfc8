import { expect, it } from 'vitest';
import { nearestPoint } from './every-series.ts';

const points = [1, 2, 3, 4].map((x) => ({ x }));

it.each([
  [1.4, 0],
  [1.6, 1],
  [4, 3],
  [4.9, 3],
  [0.1, 0],
])('of points at 1 to 4, reads off at %d the one with index %d', (x, index) => expect(nearestPoint(points, x)).toBe(index));

it('says nothing of a curve beyond its ends, and what it can of a single point', () => {
  expect(nearestPoint(points, 5.1)).toBeNull();
  expect(nearestPoint(points, -0.1)).toBeNull();
  expect(nearestPoint([], 1)).toBeNull();
  expect(nearestPoint([{ x: 3 }], 200)).toBe(0);
});
