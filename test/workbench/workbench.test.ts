/** The workbench from its contract's side: real data, real trainer processes, a small network. */
import Database from 'better-sqlite3';
import { copyFileSync, mkdirSync, writeFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DatasetSummary, OpenedDataset } from '../../src/shared/contract/index.ts';
import { describe as describeNetwork } from '../../src/shared/describe.ts';
import { planPruning } from '../../src/shared/pruning-plan.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { longestClasses } from '../../src/shared/ties.ts';
import { network, openBench, startBench, temporaryFolder, training, type Bench } from './fixture.ts';
import { listRuns } from '../list-runs.ts';

const sampleFolder = fileURLToPath(new URL('../../resources/mnist-sample/', import.meta.url));
const files = ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz', 't10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'];

async function open(folder = temporaryFolder()): Promise<Bench> {
  const bench = await openBench(folder);
  onTestFinished(() => bench.workbench.close());
  return bench;
}

function made(opened: OpenedDataset): DatasetSummary {
  if (opened.status !== 'opened') throw new Error(`Expected a data set, got ${JSON.stringify(opened)}.`);
  return opened.dataset;
}

/** A few images of the sample, on which an epoch takes a moment. */
async function smallData({ call }: Bench) {
  const [sample] = await call('datasets.list');
  return made(
    await call('datasets.prepare', {
      task: 'small',
      fingerprint: sample!.fingerprint,
      preparation: { limits: { train: 200, test: 100 } },
    }),
  );
}

const hasEnded =
  (id: string, status = 'finished') =>
  (runs: { id: string; status: string }[]) =>
    runs.some((run) => run.id === id && run.status === status);

describe('data sets', () => {
  it('has the sample at first start, with counts and images', async () => {
    const { call } = await open();
    const [sample] = await call('datasets.list');
    expect(sample).toMatchObject({ name: 'MNIST sample', bundled: true, available: true, runs: 0, train: 10_000, test: 2000 });
    expect(sample!.trainPerClass).toEqual(new Array(10).fill(1000));
    const images = await call('datasets.samples', { fingerprint: sample!.fingerprint, class: 7, count: 5 });
    expect(images.map(({ label }) => label)).toEqual([7, 7, 7, 7, 7]);
    const again = await call('datasets.images', { fingerprint: sample!.fingerprint, split: 'train', indices: [images[0]!.index] });
    expect(again[0]).toEqual(images[0]);
    expect(images[0]!.pixels).toHaveLength(784);
  });

  it('opens dropped files off the main thread, knows them the second time, and says why it cannot', async () => {
    const folder = temporaryFolder();
    const dropped = join(folder, 'dropped');
    mkdirSync(dropped);
    for (const name of files) copyFileSync(join(sampleFolder, name), join(dropped, name));
    const { call, next } = await open(folder);
    const progress = next('reading', ({ task }) => task === 'a');
    const paths = files.map((name) => join(dropped, name));
    const opened = await call('datasets.open', { task: 'a', paths });
    expect(await progress).toMatchObject({ stage: expect.any(String) as string });
    // The same images as the bundled sample's, so the same data set.
    expect(opened).toMatchObject({ status: 'opened', known: true, dataset: { train: 10_000, bundled: true } });
    expect(await call('datasets.list')).toHaveLength(1);
    writeFileSync(paths[1]!, 'no labels');
    expect(await call('datasets.open', { task: 'b', paths })).toMatchObject({
      status: 'failed',
      problems: [{ message: expect.stringContaining('train-labels') as string }],
    });
  });

  it('prepares otherwise, forgets, and takes that back while the workbench is open', async () => {
    const folder = temporaryFolder();
    const { call, workbench } = await openBench(folder);
    const [sample] = await call('datasets.list');
    const split = { kind: 'fraction', test: 0.5, seed: 3 } as const;
    const half = made(await call('datasets.prepare', { task: 'half', fingerprint: sample!.fingerprint, preparation: { split } }));
    expect(half).toMatchObject({ train: 6000, test: 6000, preparation: { split }, name: 'MNIST sample, 50 % for testing (seed 3)' });
    await call('datasets.remove', { fingerprint: half.fingerprint });
    expect(await call('datasets.list')).toHaveLength(1);
    expect(await call('datasets.restore', { fingerprint: half.fingerprint })).toEqual(half);
    expect(await call('datasets.samples', { fingerprint: half.fingerprint, count: 3 })).toHaveLength(3);
    expect(await workbench.call('datasets.restore', { fingerprint: half.fingerprint })).toMatchObject({ ok: false, kind: 'input' });
    await call('datasets.remove', { fingerprint: half.fingerprint });
    expect(await workbench.call('datasets.remove', { fingerprint: sample!.fingerprint })).toMatchObject({ ok: false, kind: 'input' });
    const files = () => readdirSync(join(folder, 'datasets')).filter((name) => name.endsWith('.safetensors'));
    expect(files()).toHaveLength(1);
    await workbench.close();
    expect(files()).toEqual([]);
  });
});

describe('runs', () => {
  it('trains, previews a cut, prunes, compares, exports, edits, deletes and takes it back', async () => {
    const folder = temporaryFolder();
    const bench = await open(folder);
    const { call, next, saved } = bench;
    const data = await smallData(bench);
    const [parent] = await call('queue.train', {
      name: 'baseline',
      dataset: data.fingerprint,
      network,
      training: { ...training, ccm: 0.01 },
    });
    const step = next('step');
    const epoch = next('epoch', ({ metrics }) => metrics.epoch === 2);
    await next('runs', hasEnded(parent!));
    expect((await step).progress.steps).toBe(6);
    expect((await epoch).metrics.test.confusion).toHaveLength(10);
    expect((await call('runs.live', { id: parent! })).points.length).toBeGreaterThan(1);

    const { scores } = (await call('pruning.scores', { task: 's', run: parent!, criterion: 'chip', batches: 1, batch: 32 }))!;
    expect(Object.keys(scores)).toEqual(['backbone.0', 'backbone.1', 'backbone.2', 'primary', 'capsules.0']);
    const setting = PruningSpec.parse({ backbone: 0.5, capsules: 0.5, batches: 1, batch: 32 });
    const plan = planPruning(network, setting, new Map(Object.entries(scores)), data.input);
    const [child] = await call('queue.prune', { parent: parent!, settings: [setting], training: { ...training, epochs: 1 } });
    await next('runs', hasEnded(child!));
    const [of, pruned] = await call('runs.get', { ids: [parent!, child!] });
    // What the page previewed is what was cut.
    expect(pruned!.cut!.map(({ layer, kept }) => ({ layer, kept }))).toEqual(plan.cuts.map(({ layer, kept }) => ({ layer, kept })));
    expect(pruned!.summary).toMatchObject({ role: 'pruned', parent, epoch: 3, params: describeNetwork(plan.network, data.input).params });
    expect(of!.summary).toMatchObject({ role: 'source', inactive: { of: 2 } });

    const predictions = (await call('runs.predictions', { id: child! }))!;
    expect(predictions.lengths).toHaveLength(100 * 10);
    const right = [...predictions.labels].filter(
      (label, i) => longestClasses(predictions.lengths.subarray(10 * i, 10 * i + 10))[0] === label,
    );
    expect(right.length / 100).toBeCloseTo(pruned!.evaluation!.accuracy, 6);

    await call('runs.export', { id: child! });
    await call('runs.report', { title: 'two runs', ids: [parent!, child!] });
    expect([...saved.keys()]).toEqual(['baseline, pruned.capscope', 'two runs.html']);
    await call('runs.edit', { ids: [child!], note: 'good', addTags: ['b', 'a'], favourite: true });
    await call('runs.remove', { ids: [parent!] });
    expect((await listRuns(call)).map(({ id }) => id)).toEqual([child]);
    expect(await call('runs.restore', { ids: [parent!] })).toMatchObject([{ id: parent }]);
    expect(await listRuns(call)).toMatchObject([{ id: parent }, { id: child, note: 'good', tags: ['a', 'b'], favourite: true }]);

    const other = await open();
    const file = join(folder, 'child.capscope');
    writeFileSync(file, saved.get('baseline, pruned.capscope')!);
    expect(await other.call('runs.import', { task: 'import', paths: [file] })).toMatchObject([{ added: true, run: { id: child } }]);
    expect(await other.call('datasets.list')).toMatchObject([
      { bundled: true },
      { fingerprint: data.fingerprint, available: false, runs: 2 },
    ]);
  });

  it('marks a run interrupted when its trainer is killed, and goes on from the checkpoint after a restart', async () => {
    const folder = temporaryFolder();
    const bench = await openBench(folder);
    const data = await smallData(bench);
    const many = { ...training, epochs: 4 };
    const [id, second] = await bench.call('queue.train', {
      name: 'killed',
      dataset: data.fingerprint,
      network,
      training: many,
      seeds: [1, 2],
    });
    await bench.next('epoch', ({ run }) => run === id);
    const notice = bench.next('notice');
    bench.trainers.at(-1)!.kill();
    await bench.next('runs', hasEnded(id!, 'interrupted'));
    expect((await notice).text).toMatch(/signal SIGKILL.*can go on from its last checkpoint/);
    // The queue goes on with the next one, which is saved when the workbench ends.
    await bench.next('epoch', ({ run }) => run === second);
    await bench.workbench.close();

    const again = await open(folder);
    expect(await again.call('queue.state')).toEqual({
      held: true,
      running: [],
      waiting: [second],
      short: null,
      fault: null,
      elsewhere: [],
    });
    const runs = await listRuns(again.call);
    expect(runs).toMatchObject([
      { id, status: 'interrupted', resumable: true },
      { id: second, status: 'paused', resumable: true },
    ]);
    const before = runs[0]!.epoch;
    expect(before).toBeGreaterThan(0);
    await again.call('queue.resume', { ids: [id!], first: true });
    await again.call('queue.continue');
    await again.next('runs', hasEnded(second!));
    const [resumed] = await again.call('runs.get', { ids: [id!] });
    expect(resumed!.summary).toMatchObject({ status: 'finished', epoch: 4 });
    expect(resumed!.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
  });

  it('pauses, keeps its place, stops and cancels', async () => {
    const bench = await open();
    const { call, next } = bench;
    const data = await smallData(bench);
    const long = { ...training, epochs: 50 };
    const [first, second, third] = await call('queue.train', {
      name: 'long',
      dataset: data.fingerprint,
      network,
      training: long,
      seeds: [1, 2, 3],
    });
    await next('step', ({ run }) => run === first);
    await call('queue.pause');
    expect(await call('queue.state')).toEqual({
      held: true,
      running: [],
      waiting: [first, second, third],
      short: null,
      fault: null,
      elsewhere: [],
    });
    expect(await listRuns(call)).toMatchObject([{ status: 'paused' }, { status: 'queued' }, { status: 'queued' }]);
    const left = next('runs', hasEnded(first!, 'stopped'));
    await call('queue.cancel', { ids: [first!] });
    await left;
    const back = next('runs', hasEnded(first!, 'paused'));
    await call('queue.resume', { ids: [first!], first: true });
    await back;
    await call('queue.cancel', { ids: [second!] });
    await call('queue.continue');
    await next('step', ({ run }) => run === first);
    expect(await bench.workbench.call('runs.remove', { ids: [first!] })).toMatchObject({ ok: false });
    await call('queue.stop', { id: first! });
    await next('step', ({ run }) => run === third);
    expect(await listRuns(call)).toMatchObject([
      { id: first, status: 'stopped' },
      { id: third, status: 'running' },
    ]);
  });
});

it('a run that cannot be read leaves the queue with a sentence, and the next one starts', async () => {
  const folder = temporaryFolder();
  const bench = await open(folder);
  const { call, next } = bench;
  const data = await smallData(bench);
  await call('queue.pause');
  const ids = await call('queue.train', { name: 'spoilt', dataset: data.fingerprint, network, training, seeds: [1, 2] });
  const database = new Database(join(folder, 'capscope.db'));
  database.prepare(`UPDATE runs SET spec = '{' WHERE id = ?`).run(ids[0]);
  database.close();
  const notice = next('notice');
  const started = next('step', ({ run }) => run === ids[1]);
  await call('queue.continue');
  expect(await notice).toEqual({
    kind: 'error',
    text: `Run ${ids[0]!} was taken out of the queue: spec of run ${ids[0]!} cannot be read: it is not JSON`,
  });
  await started;
  expect(await call('queue.state')).toMatchObject({ waiting: [] });
});

describe('ended right after its start', () => {
  it('finishes making the sample known before it closes the database', async () => {
    const folder = temporaryFolder();
    const { workbench, prepared } = startBench(folder);
    await workbench.close();
    await prepared;
    expect(await (await open(folder)).call('datasets.list')).toMatchObject([{ bundled: true }]);
  });

  it('tries no further engine, and nothing has gone wrong', async () => {
    const complaints = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    onTestFinished(() => complaints.mockRestore());
    const { workbench, call, trainers } = await openBench(temporaryFolder());
    const [sample] = await call('datasets.list');
    // Waits until it is known what to compute with.
    const [run] = await call('queue.train', { name: 'waits', dataset: sample!.fingerprint, network, training });
    const replies = [workbench.call('app.engines', undefined), workbench.call('app.measureEngines', undefined)];
    expect(await call('queue.state')).toMatchObject({ running: [], waiting: [run] });
    const started = trainers.length;
    expect(started).toBeGreaterThan(0);
    await workbench.close();
    for (const reply of replies) expect(await reply).toMatchObject({ ok: false, kind: 'input', message: 'Capscope is closing' });
    expect(trainers).toHaveLength(started);
    expect(complaints).not.toHaveBeenCalled();
  });
});

it('refuses what is not in the contract', async () => {
  const { workbench } = await open();
  expect(await workbench.call('toString', undefined)).toEqual({ ok: false, kind: 'input', message: 'There is no method toString.' });
  expect(await workbench.call('runs.get', { ids: [] })).toMatchObject({ ok: false, kind: 'input' });
  expect(await workbench.call('runs.get', { ids: ['nope'] })).toMatchObject({
    ok: false,
    kind: 'input',
    message: expect.stringMatching(/not here/) as string,
  });
});

it('keeps settings and what views remember', async () => {
  const folder = temporaryFolder();
  const bench = await openBench(folder);
  await bench.call('app.changeSettings', { theme: 'dark', threads: 1 });
  await bench.call('app.keepViewState', { key: 'runs', value: { sort: ['name', 1] } });
  await bench.workbench.close();
  const { call } = await open(folder);
  expect(await call('app.settings')).toMatchObject({ theme: 'dark', threads: 1, notify: true });
  expect(await call('app.viewState', { key: 'runs' })).toEqual({ sort: ['name', 1] });
});
