import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordOf } from '../../src/store/records.ts';
import { pruningSettings } from '../../src/shared/study-plan.ts';
import {
  addTinyStudy,
  dataset,
  engine,
  finishTinyStudy,
  metrics,
  openStore,
  result,
  resultFiles,
  study,
  temporaryFolder,
} from './fixtures.ts';

const bytes = (...values: number[]) => new Uint8Array(values);

describe('store', () => {
  it('gives back data sets, studies and runs as they were added', () => {
    const store = openStore(temporaryFolder());
    const [unpruned, source, pruned] = addTinyStudy(store);
    expect(store.dataset(dataset.fingerprint)).toEqual(dataset);
    expect(store.studies.get(unpruned.study!)).toMatchObject({ name: 'tiny study', spec: study, dataset: dataset.fingerprint });
    expect([unpruned.role, source.role, pruned.role]).toEqual(['unpruned', 'source', 'pruned']);
    expect(pruned).toMatchObject({ status: 'queued', parent: source.id, cut: null, engine: null });
    expect(pruned.spec).toEqual({
      ...pruned.spec,
      network: source.spec.network,
      firstEpoch: 2,
      seed: 1,
      pruning: pruningSettings(study.pruning)[0],
    });
    expect(pruned.id).toMatch(/^[0-9a-z]{8}$/);
  });

  it('finds the latest study of an identity', () => {
    const store = openStore(temporaryFolder());
    addTinyStudy(store);
    const later = store.studies.add(study, dataset.fingerprint, null);
    expect(store.studies.find(study, dataset.fingerprint, null)).toEqual(later);
    expect(store.studies.find({ ...study, seeds: [2] }, dataset.fingerprint, null)).toBeNull();
  });

  it('finds a run by the beginning of its id, if only one begins so', () => {
    const store = openStore(temporaryFolder());
    const [first] = addTinyStudy(store);
    expect(store.runByPrefix(first.id)).toEqual(first);
    const copy = { ...first, study: null, id: first.id.slice(0, 6) + (first.id[6] === '0' ? '11' : '00') };
    store.insertRun(copy);
    expect(store.runByPrefix(first.id.slice(0, 7)).id).toBe(first.id);
    expect(() => store.runByPrefix(first.id.slice(0, 6))).toThrow(`run id ${first.id.slice(0, 6)} is ambiguous: `);
    expect(() => store.runByPrefix('uuuu')).toThrow('there is no run uuuu in ');
    expect(() => store.runByPrefix('%')).toThrow('there is no run %');
  });

  it('keeps epochs exactly, with what was measured per layer', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [run] = addTinyStudy(store);
    store.training.claim(run.id, engine);
    store.training.recordEpoch(run.id, metrics(1), bytes(1));
    store.training.recordEpoch(run.id, metrics(2), bytes(2));
    expect(openStore(folder).results.epochs(run.id)).toEqual([metrics(1), metrics(2)]);
  });

  it('lists a run that waits to be cut as the cut will leave it', () => {
    const store = openStore(temporaryFolder());
    const [unpruned, , pruned] = addTinyStudy(store);
    const [before, after] = store.summaries([unpruned.id, pruned.id]);
    expect(before!.network).toEqual({ types: 2, dim: 4, depth: 1, name: 'N2 D4 L1' });
    expect(after!.network).toMatchObject({ types: 1, dim: 4, depth: 1 });
    expect(after!.params).toBeLessThan(before!.params);
    // g = σ²·k²·D/N: half the types, twice the gain.
    expect(before!.gain!.value).toBeCloseTo(0.25 * 9 * (4 / 2));
    expect(after!.gain!.value).toBeCloseTo(2 * before!.gain!.value);
  });

  it('gives the curves of runs thinned, with their best epochs', () => {
    const store = openStore(temporaryFolder());
    const [one, other] = addTinyStudy(store);
    store.results.addEpochs(one.id, [metrics(1)]);
    for (let epoch = 1; epoch <= 100; epoch++) {
      const { test, ...rest } = metrics(epoch);
      store.results.addEpochs(other.id, [{ ...rest, test: { ...test, accuracy: epoch === 70 ? 0.9 : epoch / 200 } }]);
    }
    const curves = new Map(store.results.curves([one.id, other.id, 'gone']).map((curve) => [curve.run, curve]));
    expect([...curves.keys()].sort()).toEqual([one.id, other.id].sort());
    expect(curves.get(one.id)!.accuracy).toEqual([metrics(1).test.accuracy]);
    const { accuracy, best } = curves.get(other.id)!;
    expect([accuracy.length, accuracy[0], accuracy.at(-1)]).toEqual([40, 1 / 200, 0.5]);
    expect(best).toEqual({ epoch: 70, accuracy: 0.9, chosenOn: 'test' });
  });

  it('refuses numbers that JSON would turn into null', () => {
    const store = openStore(temporaryFolder());
    const [run] = addTinyStudy(store);
    store.training.claim(run.id, engine);
    expect(() => store.training.recordEpoch(run.id, { ...metrics(1), seconds: NaN }, bytes(1))).toThrow('"seconds" is NaN');
    expect(store.results.epochs(run.id)).toEqual([]);
    expect(store.files.find(run.id, 'checkpoint')).toBeNull();
  });

  it('replaces a checkpoint by the next, and by the weights at the end', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [run] = addTinyStudy(store);
    const names = () => readdirSync(join(folder, 'runs', run.id)).sort();
    store.training.claim(run.id, engine);
    store.training.recordEpoch(run.id, metrics(1), bytes(1));
    const first = store.files.find(run.id, 'checkpoint')!;
    expect(store.files.read(first)).toEqual(Buffer.from([1]));
    store.training.recordEpoch(run.id, metrics(2), bytes(2));
    expect(store.files.read(store.files.find(run.id, 'checkpoint')!)).toEqual(Buffer.from([2]));
    expect(existsSync(store.files.path(first))).toBe(false);
    expect(names()).toHaveLength(1);
    store.training.recordFinish(run.id, { weights: bytes(3), activity: bytes(4), ...result(0.9) });
    expect(names()).toEqual(['activity.safetensors', 'weights.safetensors']);
    expect(store.files.of(run.id).map(({ kind }) => kind)).toEqual(['activity', 'weights']);
    expect(store.run(run.id)).toMatchObject({ status: 'finished', engine: 'wasm', versions: engine.versions });
    expect(store.results.final(run.id)).toEqual(result(0.9));
  });

  it('keeps the old checkpoint when the epoch cannot be recorded', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [run] = addTinyStudy(store);
    store.training.claim(run.id, engine);
    store.training.recordEpoch(run.id, metrics(1), bytes(1));
    expect(() => store.training.recordEpoch(run.id, metrics(1), bytes(2))).toThrow('UNIQUE');
    expect(store.files.read(store.files.find(run.id, 'checkpoint')!)).toEqual(Buffer.from([1]));
    expect(readdirSync(join(folder, 'runs', run.id))).toHaveLength(1);
  });

  it('notices a file that was changed or removed', () => {
    const store = openStore(temporaryFolder());
    const [run] = addTinyStudy(store);
    store.training.claim(run.id, engine);
    store.training.recordStop(run.id, bytes(1, 2));
    const file = store.files.find(run.id, 'checkpoint')!;
    writeFileSync(store.files.path(file), bytes(1, 3));
    expect(() => store.files.read(file)).toThrow('is not the file that was stored');
    store.files.remove(file);
    expect(() => store.files.read(file)).toThrow('cannot read ');
  });

  it('clears away what a process that died left in the folder of a run', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [run] = addTinyStudy(store);
    store.training.claim(run.id, engine);
    store.training.recordStop(run.id, bytes(1));
    writeFileSync(join(folder, 'runs', run.id, 'checkpoint-dead.safetensors.tmp'), 'rubbish');
    store.training.claim(run.id, engine);
    expect(readdirSync(join(folder, 'runs', run.id))).toHaveLength(1);
    expect(store.files.read(store.files.find(run.id, 'checkpoint')!)).toEqual(Buffer.from([1]));
  });

  it('lets a run be trained once at a time, and a finished one never again', () => {
    const store = openStore(temporaryFolder());
    const [run] = addTinyStudy(store);
    expect(() => store.training.recordEpoch(run.id, metrics(1), bytes(1))).toThrow('no longer trained by this process');
    store.training.claim(run.id, engine);
    expect(() => store.training.claim(run.id, engine)).toThrow(`run ${run.id} is being trained by process ${process.pid}`);
    store.training.recordFailure(run.id, 'the loss is NaN');
    expect(store.run(run.id)).toMatchObject({ status: 'failed', error: 'the loss is NaN' });
    store.training.claim(run.id, engine);
    expect(store.run(run.id)).toMatchObject({ status: 'running', error: null, ended: null });
    store.training.recordFinish(run.id, { ...resultFiles(run.spec.network), ...result(0.9) });
    expect(() => store.training.claim(run.id, engine)).toThrow('it is finished');
  });

  it('remembers what pruning made of the network', () => {
    const store = openStore(temporaryFolder());
    const [, source, pruned] = finishTinyStudy(store);
    expect(pruned.spec.network.primary.types).toBe(1);
    expect(pruned.cut).toEqual([{ layer: 'primary', scores: [0.1, 0.2, 0.3, 0.4], unit: 'channel', kept: [2, 3] }]);
    expect(pruned.params).toBeLessThan(source.params);
  });

  it('sums a run up as a record', () => {
    const store = openStore(temporaryFolder());
    const [unpruned, , pruned] = finishTinyStudy(store);
    expect(recordOf(store, unpruned)).toEqual({
      id: unpruned.id,
      name: 'unpruned',
      role: 'unpruned',
      arm: 'unpruned',
      parent: null,
      twin: null,
      status: 'finished',
      seed: 1,
      pruning: null,
      params: unpruned.params,
      flops: unpruned.flops,
      epochs: 3,
      accuracy: 0.9,
      best: { epoch: 3, accuracy: 5 / 6, chosenOn: 'test' },
      activityAtStart: [],
      top5: 1,
      loss: 1 - 0.9,
      inactive: {
        total: 1,
        of: 2,
        threshold: 0.01,
        criterion: 'mean-vector',
        perLayer: [{ layer: 'capsules.0', inactive: 1, of: 2, activations: [0, 0.1] }],
      },
      dead: { total: 1, of: 2 },
      imagesPerSecond: 200,
      peakMemoryBytes: 1_000_003,
      weightBytes: store.files.find(unpruned.id, 'weights')!.bytes,
      findings: [], // findings.test.ts has a run that has some
      weights: join(store.path, '..', 'runs', unpruned.id, 'weights.safetensors'),
    });
    expect(recordOf(store, pruned)).toMatchObject({ epochs: 3, pruning: { criterion: 'chip', backbone: 0.5, capsules: 0.5 } });
  });

  it('has no record of a run that was never tested, and the last epoch of one that has not ended', () => {
    const store = openStore(temporaryFolder());
    const [run] = addTinyStudy(store);
    expect(recordOf(store, run)).toBeNull();
    store.training.claim(run.id, engine);
    store.training.recordEpoch(run.id, metrics(1), bytes(1));
    expect(recordOf(store, store.run(run.id))).toMatchObject({ status: 'running', accuracy: 0.5, epochs: 1, weights: '' });
  });

  it('is shared by two connections', () => {
    const folder = temporaryFolder();
    const [one, two] = [openStore(folder), openStore(folder)];
    const [run] = addTinyStudy(one);
    expect(two.runs()).toHaveLength(3);
    two.training.claim(run.id, engine);
    expect(() => one.training.claim(run.id, engine)).toThrow('is being trained by process');
    expect(openStore(folder).run(run.id).status).toBe('running');
  });
});
