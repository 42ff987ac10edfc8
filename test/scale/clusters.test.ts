/** Studies given to another computer from the window: what is typed, and what becomes of one that cannot be brought there. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { blankPlace, clusterPlace } from '../../src/renderer/model/cluster-place.ts';
import { Bundle } from '../../src/scale/bundle.ts';
import { clusters } from '../../src/scale/clusters.ts';
import { keepWish, slurmOptionsOf } from '../../src/scale/followed.ts';
import { Threads } from '../../src/scale/in-thread.ts';
import { planBundle } from '../../src/scale/plan.ts';
import type { ClusterStudy } from '../../src/shared/contract/index.ts';
import { InputError } from '../../src/shared/input-error.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { folders } from '../../src/workbench/node-host.ts';
import { rememberSample } from '../../src/workbench/datasets/sample.ts';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { needs } from '../needs.ts';
import { openStore, temporaryFolder } from '../store/fixtures.ts';
import { lackOfSshd } from './sshd.ts';

const thread = new URL('../../src/scale/thread.ts', import.meta.url);
const typed = { ...blankPlace, host: 'me@login', time: '4:00:00', cpus: 2 };

it('takes what is typed of a cluster only if it can be neither an option nor two words', () => {
  expect(clusterPlace(typed)).toEqual({
    place: {
      ...{ host: 'me@login', partition: null, account: null, time: '4:00:00', cpus: 2, atOnce: 50 },
      ...{ gpus: null, constraint: null },
    },
    problem: null,
  });
  expect(clusterPlace({ ...typed, host: ' ' }).problem).toBe('Enter the host as for ssh: user@login.example.org');
  expect(clusterPlace({ ...typed, host: '-oProxyCommand=x' })).toEqual({
    place: null,
    problem: 'The host is not one that can be given: expected one word',
  });
  expect(clusterPlace({ ...typed, partition: 'a --wrap' }).problem).toContain('The partition');
  expect(clusterPlace({ ...typed, constraint: '--wrap=x' }).problem).toContain('The constraint');
});

it('asks Slurm for the cards, the kind of node and the account that are typed, and for cards only where something computes on them', () => {
  const wanted = { ...typed, account: ' lab ', constraint: '[rack1|rack2]', gpus: 'a100:1' };
  const asked = { account: 'lab', time: '4:00:00', cpus: 2, atOnce: 50, constraint: '[rack1|rack2]' };
  expect(slurmOptionsOf(clusterPlace(wanted).place!)).toEqual(asked);
  expect(slurmOptionsOf(clusterPlace({ ...wanted, engine: 'webgpu' }).place!)).toEqual({ ...asked, gpus: 'a100:1' });
});

it('leaves nothing behind of a study that cannot be brought there', { ...needs(lackOfSshd), timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { resources } = folders();
  const dataset = await rememberSample(store, () => loadDataset(SAMPLE, { resources }));
  const silent = { changed: () => undefined, told: () => undefined, notice: () => undefined };
  const elsewhere = clusters({ store, resources, ...silent }, thread);
  onTestFinished(() => elsewhere.close());
  const spec = StudySpec.parse({ name: 'far', networks: [{ types: 2, dim: 4, depth: 1 }], epochs: { train: 1, fineTune: 0 } });
  const place = clusterPlace({ ...typed, host: 'nobody@host.invalid' }).place!;
  await expect(elsewhere.submit({ spec, dataset, engine: 'wasm', place, images: null, hands: 2 })).rejects.toThrow(
    /^nobody@host\.invalid cannot be reached: /,
  );
  expect(elsewhere.list()).toEqual([]);
  expect(store.studies.list()).toEqual([]);
  expect(existsSync(join(folder, 'clusters'))).toBe(false);
});

it('plans and collects in a thread, which can be stopped', { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const store = openStore(folder);
  const { resources } = folders();
  const dataset = store.dataset(await rememberSample(store, () => loadDataset(SAMPLE, { resources })));
  const threads = new Threads(thread);
  const bundle = join(folder, 'bundle');
  const spec = StudySpec.parse({
    name: 'far',
    networks: [{ types: 2, dim: 4, depth: [1, 2] }],
    epochs: { train: 1, fineTune: 0 },
    seeds: [1, 2, 3],
  });
  const { signal } = new AbortController();
  await threads.plan({ folder: bundle, spec, dataset, engine: 'wasm', hands: 2, images: null, resources }, { signal });
  const collecting = { folder: bundle, database: store.path, withoutWeights: true };
  const reports: [number, number][] = [];
  const outcome = await threads.collect(collecting, { signal, onProgress: (done, total) => reports.push([done, total]) });
  expect(outcome).toMatchObject({ collected: { added: 0, known: 0, failed: 0, waiting: 6 }, damaged: [] });
  expect(reports).toContainEqual([0, 6]);
  expect(store.runs()).toHaveLength(6);
  const stopping = new AbortController();
  const stopped = threads.collect(collecting, { signal: stopping.signal });
  stopping.abort(new InputError('stopped'));
  await expect(stopped).rejects.toThrow('stopped');
  await expect(threads.collect({ ...collecting, folder }, { signal })).rejects.toThrow('is not a planned study');
});

it(
  'goes on with bringing a study there when Capscope starts again, until it is given up',
  { ...needs(lackOfSshd), timeout: 60_000 },
  async () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const { resources } = folders();
    const dataset = store.dataset(await rememberSample(store, () => loadDataset(SAMPLE, { resources })));
    const spec = StudySpec.parse({ name: 'far', networks: [{ types: 2, dim: 4, depth: 1 }], epochs: { train: 1, fineTune: 0 } });
    const path = join(folder, 'clusters', 'half');
    await planBundle(path, { spec, dataset, images: () => loadDataset(SAMPLE, { resources }), engine: 'wasm', hands: 2 });
    const bundle = new Bundle(path);
    keepWish(bundle, { place: clusterPlace({ ...typed, host: 'nobody@host.invalid' }).place!, submitted: false });
    const heard = Promise.withResolvers<ClusterStudy>();
    const told = ([study]: ClusterStudy[]) => {
      if (study?.problem) heard.resolve(study);
    };
    const elsewhere = clusters({ store, resources, told, changed: () => undefined, notice: () => undefined }, thread);
    onTestFinished(() => elsewhere.close());
    const { study } = bundle.facts;
    expect(elsewhere.list()).toMatchObject([{ study: study.id, submitted: false, units: { waiting: 1 } }]);
    expect((await heard.promise).problem).toMatch(/^nobody@host\.invalid cannot be reached: /);
    await elsewhere.cancel(study.id);
    expect(elsewhere.list()).toEqual([]);
    expect(readdirSync(join(folder, 'clusters'))).toEqual([]);
  },
);
