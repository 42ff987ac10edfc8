import { expect, it } from 'vitest';
import { spaced, together } from './end-labels.ts';

const end = (label: string, y: number) => ({ label, y, x: 100, colour: '#000' });

it('keeps labels apart, and within the chart', () => {
  expect(spaced([10, 11, 40], 12, 0, 100)).toEqual([10, 22, 40]);
  expect(spaced([95, 98, 99], 12, 0, 100)).toEqual([76, 88, 100]);
  expect(spaced([-5, 3], 12, 0, 100)).toEqual([0, 12]);
});

it('has one label for many curves that end in the same place', () => {
  const ends = [end('a', 90), end('b', 90.5), end('c', 91), end('d', 20)];
  expect(together(ends, '#888').map(({ label }) => label)).toEqual(['d', '3 others']);
  expect(together(ends.slice(0, 3), '#888').map(({ label }) => label)).toEqual(['all 3']);
  expect(together(ends.slice(2), '#888').map(({ label }) => label)).toEqual(['d', 'c']);
});
