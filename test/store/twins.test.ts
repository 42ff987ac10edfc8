/** A run's twin as the store tells it: of an N4/N12 study with two seeds, of a run imported, and of runs from before twins were kept. */
import Database from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { join } from 'node:path';
import { armOf } from '../../src/shared/spec/arms.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { planStudy } from '../../src/shared/study-plan.ts';
import { twinFinder } from '../../src/shared/twins.ts';
import { Store } from '../../src/store/store.ts';
import { dataset, temporaryFolder } from './fixtures.ts';

const study = StudySpec.parse({
  name: 'two sizes',
  networks: [
    { types: 4, dim: 4, depth: 2 },
    { types: 12, dim: 4, depth: 2 },
  ],
  epochs: { train: 2, fineTune: 1 },
  pruning: [{ backbone: 0.5, capsules: 0.5 }],
  arms: ['unpruned', 'ccm', 'pruned', 'scratch', 'random'],
  seeds: [1, 2],
});

/** A database with all runs of the study, and each run's twin by key. */
function planned(path: string): { store: Store; expected: Map<string, string | null> } {
  const store = new Store(path);
  onTestFinished(() => store.close());
  store.addDataset(dataset);
  const { id } = store.studies.add(study, dataset.fingerprint, null);
  const ids = new Map<string, string>();
  for (const { key, parent, ...run } of planStudy(study)) {
    const stored = { ...run, study: id, key, parent: parent && ids.get(parent)!, dataset: dataset.fingerprint, params: 1, flops: 1 };
    ids.set(key, store.addRun(stored).id);
  }
  const own = (key: string) => ids.get(key.replace(/[^/]+$/, 'unpruned'))!;
  return { store, expected: new Map([...ids].map(([key, id]) => [id, /unpruned|source/.test(key) ? null : own(key)])) };
}

it('is the unpruned network of the same size and seed, in every arm', () => {
  const { store, expected } = planned(join(temporaryFolder(), 'capscope.db'));
  expect(new Set(store.runs().map(armOf))).toEqual(new Set(['unpruned', 'source', 'ccm', 'pruned', 'scratch', 'random']));
  for (const [id, twin] of expected) expect(store.twinOf(id), store.run(id).name).toBe(twin);

  const summaries = store.summaries().map((run) => ({ ...run, study: run.study?.id ?? null }));
  const find = twinFinder(summaries);
  for (const run of summaries) expect(find(run)?.id ?? null, run.name).toBe(expected.get(run.id));
});

it('is found for runs from before twins were kept', () => {
  const path = join(temporaryFolder(), 'capscope.db');
  const { store, expected } = planned(path);
  store.close();
  const old = new Database(path);
  old.exec(
    'DROP TABLE probes; DROP TABLE reused_runs; DROP INDEX runs_twins; ALTER TABLE runs DROP COLUMN twin_key; ALTER TABLE runs DROP COLUMN findings; ALTER TABLE runs DROP COLUMN retries',
  );
  old.pragma('user_version = 6');
  old.close();
  const migrated = new Store(path);
  onTestFinished(() => migrated.close());
  for (const [id, twin] of expected) expect(migrated.twinOf(id)).toBe(twin);
});
