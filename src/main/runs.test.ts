import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RunList } from '../shared/contract.ts';
import { networkOf } from '../shared/spec/network.ts';
import { StudySpec } from '../shared/spec/study.ts';
import { TrainingSpec } from '../shared/spec/training.ts';
import { Store } from '../store/store.ts';
import { listRuns } from './runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'capscope-main-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('listRuns', () => {
  it('finds nothing where there is no database, and makes none', () => {
    const database = join(folder, 'none.db');
    expect(listRuns(database)).toEqual({ database, runs: [] });
    expect(existsSync(database)).toBe(false);
  });
  it('lists a run that has not been tested yet, in the form of the contract', () => {
    const database = join(folder, 'runs.db');
    const store = new Store(database);
    const spec = StudySpec.parse({ name: 'first study', networks: [{}], epochs: { train: 1, fineTune: 0 } });
    store.addDataset({
      fingerprint: 'f',
      name: 'digits',
      shape: { height: 28, width: 28, channels: 1 },
      classes: ['0', '1'],
      train: 2,
      test: 2,
    });
    const study = store.addStudy({ identity: 'i', spec, dataset: 'f' });
    const run = { network: networkOf(), training: TrainingSpec.parse({ epochs: 1 }), pruning: null, seed: 1, firstEpoch: 0 };
    store.addRun({
      study: study.id,
      key: 'k',
      name: 'unpruned',
      role: 'unpruned',
      parent: null,
      dataset: 'f',
      spec: run,
      params: 7,
      flops: 9,
    });
    store.close();
    const { runs } = RunList.parse(listRuns(database));
    expect(runs).toMatchObject([
      { study: 'first study', name: 'unpruned', status: 'queued', dataset: 'digits', params: 7, accuracy: null, inactive: null },
    ]);
  });
  it('says so when the file is no database', () => {
    const database = join(folder, 'text.db');
    writeFileSync(database, 'not a database, but long enough to be mistaken for one'.repeat(40));
    expect(() => listRuns(database)).toThrow(/database/);
  });
});
