import { expect, it } from 'vitest';
import { exampleReport } from '../example.ts';
import { viewRuns } from '../runs.ts';
import { seedGroups, spread } from './seeds.ts';

it('puts runs together that differ in nothing but the seed', () => {
  const { runs } = exampleReport(2);
  const again = runs.map((run) => ({
    ...run,
    record: {
      ...run.record,
      id: `${run.record.id}b`,
      parent: run.record.parent && `${run.record.parent}b`,
      name: `${run.record.name} (seed 2)`,
      seed: 2,
    },
  }));
  const groups = seedGroups(viewRuns([...runs, ...again]));
  expect(groups.map(({ name, runs: same }) => [name, same.length])).toEqual(runs.map(({ record }) => [record.name, 2]));
  expect(seedGroups(viewRuns(runs))).toEqual([]);
});

it('gives mean and sample standard deviation', () => {
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: Math.sqrt(5 / 3) });
});
