import { expect, it } from 'vitest';
import { isUpright, widthOfColumns } from './column-width.ts';
import type { Matrix } from './matrix.ts';

const columns = Array.from({ length: 10 }, (_, seed) => ({ arm: 'pruned' as const, cut: '', seed }));
const matrix: Matrix = {
  ...{ rows: [], columns, aggregated: false, arms: [{ arm: 'pruned', columns: 10 }] },
  heads: [{ arm: 'pruned', cut: '', label: 'pruned', columns: 10 }],
};

it('columns are as wide as names need, but no wider than there is room for', () => {
  expect(widthOfColumns(matrix, Infinity)).toBe(1.5);
  const long = { ...matrix, heads: [{ arm: 'pruned' as const, cut: 'x'.repeat(60), label: '', columns: 10 }] };
  expect(widthOfColumns(long, Infinity)).toBeCloseTo(2.75);
  expect(widthOfColumns(long, 30)).toBeCloseTo(1.65);
  expect(widthOfColumns(long, 0)).toBe(0.8);
});

it('names that do not fit above their columns stand upright', () => {
  expect(isUpright('pruned', 10, 1.5)).toBe(false);
  expect(isUpright('pruned', 1, 1.5)).toBe(true);
});
