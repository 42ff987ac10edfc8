import { describe, expect, it } from 'vitest';
import { assignSlots, drawnRun } from './run-styles.ts';

describe('assignSlots', () => {
  it('gives the lowest free slots in order', () => expect(assignSlots(['a', 'b'], {})).toEqual({ a: 0, b: 1 }));
  it('keeps the slot of a run when others leave', () => expect(assignSlots(['b', 'c'], { a: 0, b: 1 })).toEqual({ b: 1, c: 0 }));
  it('never gives one slot twice', () => expect(assignSlots(['x', 'y'], { x: 3, y: 3 })).toEqual({ x: 3, y: 0 }));
});

it('draws twelve runs each in its own way', () => {
  const looks = Array.from({ length: 12 }, (_, slot) => drawnRun(slot, false)).map(({ colour, dash }) => `${colour} ${dash.join()}`);
  expect(new Set(looks).size).toBe(12);
});
