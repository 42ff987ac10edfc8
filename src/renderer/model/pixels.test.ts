import { expect, it } from 'vitest';
import { toRgba } from './pixels.ts';

it('shows grey and colour', () => {
  expect([...toRgba(Uint8Array.from([7, 9]), 1)]).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
  expect([...toRgba(Uint8Array.from([1, 2, 3]), 3)]).toEqual([1, 2, 3, 255]);
  expect([...toRgba(Uint8Array.from([1, 2]), 2)]).toEqual([1, 1, 1, 255]);
});
