import { expect, it } from 'vitest';
import { epochSeconds, trainingRate } from './estimate.ts';
import { summary } from '../../../test/renderer/example.ts';

it('goes by the median of what was measured', () => {
  const run = (id: string, imagesPerSecond: number | null) => summary(id, { imagesPerSecond, flops: 10, started: `2026-01-0${id}` });
  expect(trainingRate([run('1', 100), run('2', 300), run('3', 200), run('4', null)])).toBe(2000);
  expect(epochSeconds(400, 10, 2000)).toBe(2);
});
it('says nothing when nothing was measured', () => {
  expect(trainingRate([summary('a', { imagesPerSecond: null })])).toBeNull();
  expect(epochSeconds(400, 10, null)).toBeNull();
});
