import { expect, it } from 'vitest';
import type { Pivot } from './pivot.ts';
import { pivotScale } from './pivot-layout.ts';

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
