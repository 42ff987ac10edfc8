/** What a study shows, as a page asks for it. */
import { expect, it, onTestFinished } from 'vitest';
import { fromParts } from '../../src/shared/in-parts.ts';
import { StudyStatistics } from '../../src/shared/statistics/statistics.ts';
import { inOneGo } from '../../src/shared/steps.ts';
import { outcomesOf } from '../../src/workbench/outcomes.ts';
import { addTinyStudy, engine, finishTinyStudy, openStore, result, resultFiles } from '../store/fixtures.ts';
import { openBench, temporaryFolder } from './fixture.ts';

it('is its statistics and conclusion', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [unpruned, , pruned] = finishTinyStudy(store);
  const { call, workbench } = await openBench(folder);
  onTestFinished(() => workbench.close());
  const [study] = await call('studies.list');
  const { statistics, conclusion } = inOneGo(fromParts(await call('studies.results', { id: study!.id })));
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

it('can end its open runs early, which parts no seeds of one arm', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const [unpruned, source, pruned] = addTinyStudy(store);
  const { call, workbench } = await openBench(folder);
  onTestFinished(() => workbench.close());
  store.training.claim(unpruned.id, engine);
  store.training.recordFinish(unpruned.id, { ...resultFiles(unpruned.spec.network), ...result(0.9) });
  const { key, ...rest } = unpruned;
  const more = store.addRun({ ...rest, engine: null, key: `${key} 2`, spec: { ...rest.spec, seed: 2 } });
  const stops = async () => (await call('studies.list')).map((study) => study.stops);
  const asked = () => [unpruned, source, pruned, more].map((run) => store.run(run.id).spec.training.stopCollapsed);
  const study = rest.study!;
  expect([await stops(), asked()]).toEqual([[false], [false, false, false, false]]);
  await call('studies.stopCollapsed', { id: study, stop: true });
  // What has finished is as it was trained.
  expect([await stops(), asked()]).toEqual([[true], [false, true, true, true]]);
  const [arm] = inOneGo(fromParts(await call('studies.results', { id: study }))).statistics.arms;
  expect(arm).toMatchObject({ arm: 'unpruned', n: 1, missing: 1 });
  await call('studies.stopCollapsed', { id: study, stop: false });
  expect([await stops(), asked()]).toEqual([[false], [false, false, false, false]]);
});
