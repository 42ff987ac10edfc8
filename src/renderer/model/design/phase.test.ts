import { expect, it } from 'vitest';
import { inLines } from './phase.ts';

it('puts groups beside each other as far as there is room, and one that is too wide on a line of its own', () => {
  const lines = (room: number) => inLines([40, 40, 30, 120, 10], (width) => width, room);
  expect(lines(100)).toEqual([[40, 40], [30], [120], [10]]);
  expect(lines(Infinity)).toEqual([[40, 40, 30, 120, 10]]);
  expect(lines(0)).toEqual([[40], [40], [30], [120], [10]]);
});
