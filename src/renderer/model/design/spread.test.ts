import { expect, it } from 'vitest';
import { plain } from '../../../shared/present/format.ts';
import { tellingOf } from './spread.ts';

it('seeds tell apart less the fewer they are, and one tells nothing', () => {
  expect(tellingOf({ deviation: 0.01, groups: 0 }, 1)).toMatchObject({ short: 'no interval', text: 'one seed: no interval' });
  const sizes = [2, 3, 5].map((seeds) => Number(/[\d.]+/.exec(tellingOf({ deviation: 0.01, groups: 0 }, seeds).short)![0]));
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
});

it('says whether the spread was measured', () => {
  expect(tellingOf({ deviation: 0.01, groups: 0 }, 3).how).toContain('nothing has been measured on this data set yet');
  const told = tellingOf({ deviation: 0.02, groups: 1 }, 3);
  expect(plain(told.how)).toMatch(/scatter by 2\.00 pp: measured on this data set, in 1 group of runs\.$/);
});
