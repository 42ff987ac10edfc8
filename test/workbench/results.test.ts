/** What a study shows, as a page asks for it. */
import { expect, it, onTestFinished } from 'vitest';
import { StudyStatistics } from '../../src/shared/statistics/statistics.ts';
import { outcomesOf } from '../../src/workbench/outcomes.ts';
import { finishTinyStudy, openStore } from '../store/fixtures.ts';
import { openBench, temporaryFolder } from './fixture.ts';

it('is its statistics and conclusion', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [unpruned, , pruned] = finishTinyStudy(store);
  const { call, workbench } = await openBench(folder);
  onTestFinished(() => workbench.close());
  const [study] = await call('studies.list');
  const { statistics, conclusion } = await call('studies.results', { id: study!.id });
  expect(StudyStatistics.parse(statistics).arms).toMatchObject([
    { arm: 'unpruned', n: 1, runs: [unpruned.id], toTwin: { accuracy: null } },
    { arm: 'pruned', n: 1, runs: [pruned.id], toTwin: { accuracy: { n: 1, ci95: null } } },
  ]);
  expect(conclusion[0]).toMatchObject({ kind: 'claim', verdict: 'open', n: 1 });
  expect(conclusion[0]!.text).toContain('one seed');
});

it('tells networks apart that differ in their training alone, and counts a repeated seed once', () => {
  const store = openStore(temporaryFolder());
  const [unpruned] = finishTinyStudy(store);
  const { id, key, ...rest } = store.run(unpruned.id);
  const longer = { ...rest.spec, training: { ...rest.spec.training, epochs: rest.spec.training.epochs + 1 } };
  store.addRun({ ...rest, engine: null, key: 'longer', spec: longer });
  store.addRun({ ...rest, engine: null, key: `${key} again` });
  const outcomes = outcomesOf(store, store.runs());
  const names = outcomes.filter(({ arm }) => arm === 'unpruned').map(({ network, result }) => [network, result !== null]);
  expect(names).toEqual([
    ['N2 D4 L1', true],
    ['N2 D4 L1 (2)', false],
  ]);
  expect(outcomes.map((outcome) => outcome.id)).toContain(id);
});
