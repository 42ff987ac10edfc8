/** Studies given to another computer from the window: what is typed, and what becomes of one that cannot be brought there. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { clusterPlace } from '../../src/renderer/model/cluster-place.ts';
import { clusters } from '../../src/scale/clusters.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { folders } from '../../src/workbench/node-host.ts';
import { rememberSample } from '../../src/workbench/datasets/sample.ts';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { needs } from '../needs.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { lackOfSshd } from './sshd.ts';

const typed = { host: 'me@login', partition: '', time: '4:00:00', cpus: 2, atOnce: 50 };

it('takes what is typed of a cluster only if it can be neither an option nor two words', () => {
  expect(clusterPlace(typed)).toEqual({
    place: { host: 'me@login', partition: null, time: '4:00:00', cpus: 2, atOnce: 50 },
    problem: null,
  });
  expect(clusterPlace({ ...typed, host: ' ' }).problem).toBe('Give the host, as ssh takes it: user@login.example.org');
  expect(clusterPlace({ ...typed, host: '-oProxyCommand=x' })).toEqual({
    place: null,
    problem: 'The host is not one that can be given: expected one word',
  });
  expect(clusterPlace({ ...typed, partition: 'a --wrap' }).problem).toContain('The partition');
});

it('leaves nothing behind of a study that cannot be brought there', { ...needs(lackOfSshd), timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { resources } = folders();
  const dataset = await rememberSample(store, () => loadDataset(SAMPLE, { resources }));
  const elsewhere = clusters({ store, resources, changed: () => undefined, told: () => undefined, notice: () => undefined });
  onTestFinished(() => elsewhere.close());
  const spec = StudySpec.parse({ name: 'far', networks: [{ types: 2, dim: 4, depth: 1 }], epochs: { train: 1, fineTune: 0 } });
  const place = clusterPlace({ ...typed, host: 'nobody@host.invalid' }).place!;
  await expect(elsewhere.submit({ spec, dataset, engine: 'wasm', place, images: null, hands: 2 })).rejects.toThrow(
    /^nobody@host\.invalid cannot be reached: /,
  );
  expect(elsewhere.list()).toEqual([]);
  expect(store.studies.list()).toEqual([]);
  expect(readdirSync(join(folder, 'clusters'))).toEqual([]);
});
