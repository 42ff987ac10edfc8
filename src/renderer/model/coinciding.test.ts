import { expect, it } from 'vitest';
import { coinciding, coincidingText } from './coinciding.ts';

const curve = (label: string, ...ys: number[]) => ({ label, points: ys.map((y, x) => ({ x, y })) });

it('finds curves that lie on each other from their first point to their last', () => {
  const curves = [
    curve('a', 0.1, 0.1),
    curve('b', 0.1, 0.9),
    curve('c', 0.1, 0.1),
    curve('d', 0.1001, 0.9001),
    curve('e', 0.1),
    curve('f'),
  ];
  expect(coinciding(curves)).toEqual([
    ['a', 'c'],
    ['b', 'd'],
  ]);
  expect(coincidingText(curves.slice(0, 3))).toBe('On one line: a; c.');
});

it('says nothing of curves that can be told apart, and of flat ones that they are one', () => {
  expect(coincidingText([curve('a', 0.1, 0.2), curve('b', 0.1, 0.3)])).toBe('');
  expect(coinciding([curve('a', 0.1, 0.1), curve('b', 0.1, 0.1)])).toEqual([['a', 'b']]);
});
