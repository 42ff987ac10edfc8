import { expect, it } from 'vitest';
import { plain } from '../../shared/present/format.ts';
import type { ReportRun } from '../data.ts';
import { exampleReport } from '../../../test/report/example.ts';
import { viewRuns } from '../runs.ts';
import { groupsOf, seeds, spread } from './seeds.ts';

/** The same runs once more, with another seed all along their ancestry. */
const withSeed = (runs: readonly ReportRun[], seed: number): ReportRun[] =>
  runs.map((run) => ({
    ...run,
    record: {
      ...run.record,
      id: `${run.record.id} ${seed}`,
      parent: run.record.parent && `${run.record.parent} ${seed}`,
      name: `${run.record.name} (seed ${seed})`,
      seed,
      accuracy: run.record.accuracy - seed / 100,
    },
    lineage: run.lineage.map((spec) => ({ ...spec, seed })),
  }));

it('puts runs together that differ in nothing but the seed', () => {
  const { runs } = exampleReport(2);
  const groups = groupsOf(viewRuns([...runs, ...withSeed(runs, 2)]), 'a');
  expect(groups.map(({ name, runs: same }) => [name, same.length])).toEqual(runs.map(({ record }) => [record.name, 2]));
  expect(groupsOf(viewRuns(runs), 'a')).toEqual([]);
});

it('prints every measure as mean and spread, and no spread where there is none', () => {
  const { runs } = exampleReport();
  const section = seeds(viewRuns([...withSeed(runs, 1), ...withSeed(runs, 3)]), 'a');
  const [first] = runs;
  const row = plain(/<tr><th scope="row">unpruned<\/th>.*?<\/tr>/.exec(section ? section.text : '')![0]);
  expect(row).toContain('<td>1, 3</td>');
  expect(row).toContain(
    `<td>${(100 * (first!.record.accuracy - 0.02)).toFixed(2)} % ± ${(100 * spread([0.01, 0.03]).deviation).toFixed(2)} pp</td>`,
  );
  expect(row).toContain(`<td>${first!.record.params.toLocaleString('en-GB')}</td>`);
});

it('gives mean and sample standard deviation', () => {
  expect(spread([1, 2, 3, 4])).toEqual({ mean: 2.5, deviation: Math.sqrt(5 / 3) });
});
