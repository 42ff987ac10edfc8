import { describe, expect, it } from 'vitest';
import type { Pivot } from './pivot.ts';
import { headOf, pivotScale } from './pivot-layout.ts';

/** Of which only the ranges of the arms matter here. */
const pivotOf = (...ranges: [number, number][]) =>
  ({ rows: [{ cells: [{ arms: ranges.map((range) => ({ summary: { range } })) }] }] }) as unknown as Pivot;
const shares = { difference: false, domain: [0, 1] } as unknown as Parameters<typeof pivotScale>[1];

it('shares that all are 1 stand at the end of a scale that goes on to the left of them', () => {
  const { at, ticks, clip } = pivotScale(pivotOf([1, 1], [1, 1]), shares);
  expect([at(1), clip(1), ticks.at(-1)]).toEqual([1, 1, 1]);
  expect(ticks.length).toBeGreaterThan(1);
});

it('shares of any size have their whole scale', () => {
  const { at } = pivotScale(pivotOf([0, 0.2], [1, 1]), shares);
  expect([0, 0.5, 1].map(at)).toEqual([0, 0.5, 1]);
});

describe('the head of a column', () => {
  const column = { value: 1, gains: [0.25, 8] as [number, number], networks: ['4×4', '8×8', '16×16'] };

  it('names as many sizes as there is room for, and counts the rest', () => {
    expect(headOf(column, 'D/N = 1', '%, mean ±', 300)).toEqual({ networks: '4×4, 8×8, 16×16', gain: 'gain 0.25 to 8', unit: '%, mean ±' });
    expect(headOf(column, 'D/N = 1', '%, mean ±', 148)).toMatchObject({ networks: '4×4, 8×8 + 1' });
    expect(headOf(column, 'D/N = 1', '', 104)).toMatchObject({ networks: '3 sizes' });
    expect(headOf(column, 'D/N = 1', '%, mean ±', 110)).toMatchObject({ networks: '4×4 + 2', unit: '' });
  });

  it('gives one gain where there is one, and none where there is none', () => {
    expect(headOf({ ...column, gains: [0.5625, 0.5625] }, '', '', 200).gain).toBe('gain 0.56');
    expect(headOf({ ...column, gains: null }, '', '', 200).gain).toBe('');
  });
});
