import { expect, it } from 'vitest';
import { roundTicks } from './axes.ts';

it('a logarithmic axis has 1, 2 and 5 of every power of ten that it shows, and no others', () => {
  expect(roundTicks(0.03, 4)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2]);
  expect(roundTicks(1, 10)).toEqual([1, 2, 5, 10]);
  expect(roundTicks(0.6, 0.9)).toEqual([]);
});
