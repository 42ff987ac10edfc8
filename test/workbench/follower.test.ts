/** A study that another process trains is followed while it runs. */
import { expect, it, onTestFinished } from 'vitest';
import type { RunSummary } from '../../src/shared/contract/index.ts';
import { Store } from '../../src/store/store.ts';
import { addTinyStudy, engine, openStore } from '../store/fixtures.ts';
import { openBench, temporaryFolder } from './fixture.ts';

it('tells of runs that others begin and end, and of such that they delete', async () => {
  const folder = temporaryFolder();
  const other = openStore(folder);
  const bench = await openBench(folder);
  onTestFinished(() => bench.workbench.close());
  const told = (condition: (run: RunSummary) => boolean) => bench.next('runs', (runs) => runs.some(condition));

  const queued = told(({ status }) => status === 'queued');
  const [unpruned, source] = addTinyStudy(other);
  await queued;
  expect(await bench.call('studies.list')).toHaveLength(1);

  const running = told(({ id, status }) => id === unpruned.id && status === 'running');
  other.training.claim(unpruned.id, engine);
  await running;
  const failed = told(({ id, error }) => id === unpruned.id && error === 'it broke');
  other.training.recordFailure(unpruned.id, 'it broke');
  await failed;
  const again = told(({ id, retries }) => id === unpruned.id && retries === 1);
  other.training.claim(unpruned.id, engine);
  await again;

  const removed = bench.next('runs-removed', (ids) => ids.includes(source.id));
  other.notes.remove([source.id]);
  await removed;
});

it('tells nothing of what this process does itself', () => {
  const store = openStore(temporaryFolder());
  const before = store.writtenByOthers;
  addTinyStudy(store);
  expect(store.writtenByOthers).toBe(before);
  const other = new Store(store.path);
  onTestFinished(() => other.close());
  other.values.set('x', 1);
  expect(store.writtenByOthers).not.toBe(before);
});
