import { expect, it } from 'vitest';
import { smallestDifference } from './power.ts';

// Power of the noncentral t from SciPy (scipy.stats, integrated over χ²), solved for 0.8.
it.each([
  [2, 11.549888],
  [3, 3.264044],
  [5, 1.681997],
  [10, 0.996001],
  [30, 0.529236],
])('with %i seeds is what SciPy says', (seeds, expected) => {
  expect(smallestDifference(1, seeds)).toBeCloseTo(expected, 4);
});

it('grows with the spread, and one seed has none', () => {
  expect(smallestDifference(0.02, 5)).toBeCloseTo(0.03364, 4);
  expect(smallestDifference(0.02, 1)).toBeNull();
});
