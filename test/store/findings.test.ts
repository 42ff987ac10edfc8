/** What a run finds out about itself, as the store keeps it: from epoch to epoch, when it fails, from an archive, and for runs of before. */
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { join } from 'node:path';
import { divergenceText } from '../../src/shared/findings/divergence.ts';
import type { EpochMetrics } from '../../src/shared/results.ts';
import { exportRun, importRun } from '../../src/store/archive.ts';
import { recordOf } from '../../src/store/records.ts';
import { Store } from '../../src/store/store.ts';
import { addTinyStudy, engine, evaluation, metrics, openStore, result, resultFiles, temporaryFolder } from './fixtures.ts';

/** An epoch in which nothing was active and the loss was that of zeros. */
function dead(epoch: number): EpochMetrics {
  const { activity, ...test } = evaluation(0.5);
  const none = activity.map(({ layer }) => ({ layer, meanVector: [0, 0], meanLength: [0, 0], maxLength: [0, 0], activationRate: [0, 0] }));
  const train = { ...metrics(epoch).train, margin: 0.809998 };
  return { ...metrics(epoch), train, test: { ...test, margin: 0.809998, activity: none } };
}
const kinds = (store: Store, id: string) => store.findings.of(id).map(({ kind, since }) => [kind, since]);

/** A run of two epochs that dies in its first. */
function died(store: Store): string {
  const [{ id, spec }] = addTinyStudy(store);
  store.training.claim(id, engine);
  for (const epoch of [1, 2]) store.training.recordEpoch(id, dead(epoch), new Uint8Array([epoch]));
  store.training.recordFinish(id, { ...resultFiles(spec.network), ...result(0.5) });
  return id;
}

it('is found anew after every epoch, and shown in the list in short', () => {
  const store = openStore(temporaryFolder());
  const [{ id }] = addTinyStudy(store);
  expect(store.findings.of(id)).toEqual([]);
  expect(store.summaries([id])[0]?.health).toBeNull();
  store.training.claim(id, engine);
  store.training.recordEpoch(id, metrics(1), new Uint8Array());
  expect(kinds(store, id)).toEqual([]);
  store.training.recordEpoch(id, dead(2), new Uint8Array());
  expect(kinds(store, id)).toEqual([['inactive', 2]]);
  const [finding] = store.findings.of(id);
  expect(store.summaries([id])[0]?.health).toEqual({ severity: 'vanished', text: finding?.text, kinds: ['inactive'] });
  store.training.recordEpoch(id, dead(3), new Uint8Array());
  expect(kinds(store, id)).toEqual([
    ['inactive', 2],
    ['loss-stuck', 2],
  ]);
  expect(recordOf(store, store.run(id))?.findings).toEqual(store.findings.of(id));
});

it('is the same whether the epochs before were seen or are read again', () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const id = died(store);
  const seen = store.findings.of(id);
  openStore(folder).findings.renew(id);
  expect(store.findings.of(id)).toEqual(seen);
});

it('says that the loss became NaN, until the run goes on', () => {
  const store = openStore(temporaryFolder());
  const [{ id }] = addTinyStudy(store);
  store.training.claim(id, engine);
  store.training.recordEpoch(id, metrics(1), new Uint8Array());
  store.training.recordFailure(id, divergenceText({ loss: NaN, epoch: 2, step: 1 }, 0.001));
  expect(kinds(store, id)).toEqual([['diverged', 2]]);
  store.training.claim(id, engine);
  expect(kinds(store, id)).toEqual([]);
});

it('comes with a run out of a file', async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const id = died(store);
  const file = join(folder, 'dead.capscope');
  exportRun(store, store.run(id), file);
  const other = openStore(temporaryFolder());
  await importRun(other, file);
  expect(other.findings.of(id)).toEqual(store.findings.of(id));
  expect(kinds(other, id)).toContainEqual(['inactive', 1]);
});

it('is found for runs from before it was', () => {
  const path = join(temporaryFolder(), 'capscope.db');
  const store = new Store(path);
  const id = died(store);
  const found = store.findings.of(id);
  store.close();
  const old = new Database(path);
  old.exec('DROP TABLE probes; DROP TABLE reused_runs; ALTER TABLE runs DROP COLUMN findings; ALTER TABLE runs DROP COLUMN retries');
  old.pragma('user_version = 7');
  old.close();
  const migrated = new Store(path);
  onTestFinished(() => migrated.close());
  expect(migrated.findings.of(id)).toEqual(found);
});
