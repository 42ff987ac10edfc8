import { expect, it } from 'vitest';
import { plain } from '../../../shared/present/format.ts';
import { inOneGo } from '../../../shared/steps.ts';
import { spreadSteps, tellingOf } from './spread.ts';

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

const spreadOn = (test: number | null) => inOneGo(spreadSteps([], '', test));

it('assumes more where there are few test images, and says that it is assumed', () => {
  expect(spreadOn(10_000).deviation).toBe(0.01);
  expect(spreadOn(null).deviation).toBe(0.01);
  expect(spreadOn(120).deviation).toBeCloseTo(Math.sqrt(0.18 / 120));
  expect(tellingOf(spreadOn(120), 3).short).toContain('assumed');
  expect(tellingOf({ deviation: 0.02, groups: 1 }, 3).short).not.toContain('assumed');
});
