import { expect, it } from 'vitest';
import { fromParts, toParts } from './in-parts.ts';
import { inOneGo } from './steps.ts';

it('answers the same again, however long its lists are and wherever they stand', () => {
  const list = (n: number) => Array.from({ length: n }, (_, i) => ({ i, third: i / 3, name: `run ${i}`, none: null, inner: [i] }));
  const value = { runs: list(1201), few: list(3), statistics: { arms: list(500), none: [], text: 'x' }, chance: 0.1, nothing: null };
  expect(inOneGo(fromParts(toParts(value)))).toEqual(value);
});

it('comes in parts that can be read one at a time', () => {
  const { parts } = toParts({ runs: Array.from({ length: 5000 }, (_, i) => i) });
  expect(parts.length).toBeGreaterThan(10);
  const steps = fromParts<{ runs: number[] }>({ parts });
  let yields = 0;
  while (!steps.next().done) yields++;
  expect(yields).toBe(parts.length - 1);
});
