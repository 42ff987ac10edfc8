import { describe, expect, it } from 'vitest';
import { fieldOf, type RunRow } from './run-fields.ts';
import { marksOf, stripOf } from './scatter.ts';

const accuracy = fieldOf('acc');
const rows = (...values: (number | null)[]) => values.map((value, i) => ({ run: { id: String(i), accuracy: value } }) as RunRow);

describe('runs in rows by one number', () => {
  it('stay at their number, and nothing lies on anything else', () => {
    const marks = stripOf(rows(0.1, 0.1, 0.1, 0.1, 0.9, null), accuracy, ({ run }) => (run.id === '3' ? 1 : 0));
    expect(marks.map(({ at }) => at.x)).toEqual([0.1, 0.1, 0.1, 0.1, 0.9]);
    expect(new Set(marks.map(({ at }) => `${at.x} ${at.y}`)).size).toBe(5);
    for (const { y, at } of marks) expect(Math.abs(at.y - y)).toBeLessThan(0.4);
  });

  it('stay in their row however many they are', () => {
    for (const count of [1, 2, 7, 2000]) {
      const marks = stripOf(rows(...Array.from({ length: count }, () => 0.5)), accuracy, () => 2);
      expect(new Set(marks.map(({ at }) => at.y)).size).toBe(count);
      for (const { at } of marks) expect(Math.abs(at.y - 2)).toBeLessThan(0.4);
    }
  });
});

describe('runs in the plane of two numbers', () => {
  const alike = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ run: { id: String(i), gain: { value: 0.5 }, inactive: { total: 0, of: 64 } } }) as RunRow);

  it('stay at their numbers however many have the same, and are drawn a few pixels beside them', () => {
    for (const count of [1, 2, 9, 2000]) {
      const { marks } = marksOf(alike(count), fieldOf('gain'), fieldOf('inactive'));
      expect(new Set(marks.map(({ x, y }) => `${x} ${y}`))).toEqual(new Set(['0.5 0']));
      expect(new Set(marks.map(({ beside: { x, y } }) => `${x} ${y}`)).size).toBe(count);
      for (const { beside } of marks) expect(Math.hypot(beside.x, beside.y)).toBeLessThan(7);
    }
  });
});
