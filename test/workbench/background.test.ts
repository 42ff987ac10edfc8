/** What takes long with thousands of runs is done in a thread, beside everything else. */
import { expect, it, onTestFinished } from 'vitest';
import { finishTinyStudy, openStore } from '../store/fixtures.ts';
import { openBench, temporaryFolder } from './fixture.ts';

it('is answered in the order in which it was asked for, while what is quick is answered before', async () => {
  const folder = temporaryFolder();
  finishTinyStudy(openStore(folder));
  const { call, workbench } = await openBench(folder);
  onTestFinished(() => workbench.close());
  const [study] = await call('studies.list');
  const { id, spec, dataset } = study!;
  const answered: string[] = [];
  const told = <T>(name: string, answer: Promise<T>) => answer.then(() => answered.push(name));
  await Promise.all([
    told('results', call('studies.results', { id })),
    told('done', call('studies.done', { spec, dataset: dataset.fingerprint, study: id })),
    told('runs', call('runs.list')),
    told('settings', call('app.settings')),
    told('queue', call('queue.state')),
  ]);
  expect(answered).toEqual(['settings', 'queue', 'results', 'done', 'runs']);
});

it('says what is wrong as everything else does, goes on after it, and gives up what is asked for when it is closed', async () => {
  const { workbench } = await openBench(temporaryFolder());
  expect(await workbench.call('studies.results', { id: 'none' })).toMatchObject({ ok: false, kind: 'input' });
  expect(await workbench.call('studies.list', undefined)).toEqual({ ok: true, value: [] });
  const asked = workbench.call('studies.list', undefined);
  await workbench.close();
  const refused = { ok: false, kind: 'input', message: 'Capscope is closing' };
  expect([{ ok: true, value: [] }, refused]).toContainEqual(await asked);
  expect(await workbench.call('studies.list', undefined)).toEqual(refused);
});
