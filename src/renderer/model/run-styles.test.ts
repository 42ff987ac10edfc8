import { describe, expect, it } from 'vitest';
import { armNames, isMeans, type RunArm } from '../../shared/spec/arms.ts';
import { assignSlots, drawnArm, drawnRun } from './run-styles.ts';

describe('assignSlots', () => {
  it('gives the lowest free slots in order', () => expect(assignSlots(['a', 'b'], {})).toEqual({ a: 0, b: 1 }));
  it('keeps the slot of a run when others leave', () => expect(assignSlots(['b', 'c'], { a: 0, b: 1 })).toEqual({ b: 1, c: 0 }));
  it('gives what is preferred while it is free, and takes nothing from who has it', () => {
    const preferred = (id: string) => ({ pruned: 1, again: 1, first: 0 })[id] ?? -1;
    expect(assignSlots(['other', 'pruned', 'again', 'first'], {}, preferred)).toEqual({ pruned: 1, first: 0, other: 2, again: 3 });
    expect(assignSlots(['old', 'pruned'], { old: 1 }, preferred)).toEqual({ old: 1, pruned: 0 });
  });
  it('never gives one slot twice', () => expect(assignSlots(['x', 'y'], { x: 3, y: 3 })).toEqual({ x: 3, y: 0 }));
});

const shape = ({ point, turned }: ReturnType<typeof drawnRun>) => `${point} ${turned}`;

it('gives twelve runs each a colour with a marker of its own, in pictures as in charts', () => {
  const looks = Array.from({ length: 12 }, (_, slot) => drawnRun(slot, false));
  expect(new Set(looks.map((look) => `${look.colour} ${look.marker}`)).size).toBe(12);
  expect(new Set(looks.map((look) => `${look.colour} ${shape(look)}`)).size).toBe(12);
});

it('tells the arms of a study apart by colour and by marker', () => {
  const looks = (Object.keys(armNames) as RunArm[]).filter((arm) => !isMeans(arm)).map((arm) => drawnArm(arm, true));
  expect(new Set(looks.map(({ colour }) => colour)).size).toBe(5);
  expect(new Set(looks.map(shape)).size).toBe(5);
});
