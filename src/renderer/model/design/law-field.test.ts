import { expect, it } from 'vitest';
import { fixedPoint } from '../../../shared/forecast/law.ts';
import { fieldOf, lengthsAt } from './law-field.ts';

it('below the critical gain activity goes out with depth, above it it settles at what the law keeps', () => {
  expect(lengthsAt(0.5, 8).at(-1)).toBeLessThan(1e-6);
  expect(lengthsAt(2, 40).at(-1)).toBeCloseTo(fixedPoint('squash', 8), 6);
});

it('a field has a column per gain, each longer than the one to its left', () => {
  const field = fieldOf([0.2, 5], 6, 3);
  expect(field.map((column) => column.length)).toEqual([3, 3, 3, 3, 3, 3]);
  const deepest = field.map((column) => column.at(-1)!);
  expect(deepest).toEqual(deepest.toSorted((a, b) => a - b));
});
