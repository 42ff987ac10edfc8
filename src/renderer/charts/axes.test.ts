import { expect, it } from 'vitest';
import { roundTicks } from './axes.ts';

it('a logarithmic axis has 1, 2 and 5 of every power of ten that it shows, or round steps within one', () => {
  expect(roundTicks(0.03, 4)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
  expect(roundTicks(1, 10)).toEqual([1, 2, 5, 10]);
  expect(roundTicks(0.62, 0.88)).toEqual([0.65, 0.7, 0.75, 0.8, 0.85]);
  expect(roundTicks(0.95, 1.4)).toEqual([1, 1.1, 1.2, 1.3, 1.4]);
});
