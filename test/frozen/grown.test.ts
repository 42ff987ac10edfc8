/** What version 0.1 left on a disk, opened by a version in which every spec and every result has a field more, with a default. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { readKept } from '../../src/datasets/kept.ts';
import { run } from '../../src/engine/jobs/run.ts';
import { EpochMetrics, RunAnalysis } from '../../src/shared/results.ts';
import { PreparationSpec } from '../../src/shared/spec/preparation.ts';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { decodeNetworkFile } from '../../src/shared/weights-file.ts';
import { importRun } from '../../src/store/archive.ts';
import { jobOf } from '../../src/store/run-job.ts';
import { studyIdentity } from '../../src/store/study-identity.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { nodeHost } from '../../src/trainer/node/host.ts';
import { DatasetCache, KeptRecord, signatureOf } from '../../src/workbench/datasets/cache.ts';
import { openStudy } from '../../src/workbench/open-study.ts';
import { engine as usedEngine, openStore, temporaryFolder } from '../store/fixtures.ts';
import { identities, studyOf, thawed } from './frozen-folder.ts';

const { grown } = await vi.hoisted(async () => {
  const { z: zod } = await import('zod');
  return { grown: () => ({ addedLater: zod.int().default(7) }) };
});

vi.mock(import('../../src/shared/spec/network.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const { ConvBlock, PrimaryCapsules, ConvCapsules, FullCapsules, NetworkSpec, NetworkFamily } = original;
  const Grown = NetworkSpec.extend({
    ...grown(),
    backbone: z.array(ConvBlock.extend(grown())).max(32),
    primary: PrimaryCapsules.extend(grown()),
    intermediate: z.array(z.discriminatedUnion('kind', [ConvCapsules.extend(grown()), FullCapsules.extend(grown())])).max(32),
  });
  const networkOf: typeof original.networkOf = ({ ...family }) => {
    Reflect.deleteProperty(family, 'addedLater');
    return Grown.parse(original.networkOf(family));
  };
  return { ...original, NetworkSpec: Grown, NetworkFamily: NetworkFamily.safeExtend(grown()), networkOf };
});

vi.mock(import('../../src/shared/spec/training.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const MeasureSpec = original.MeasureSpec.extend(grown());
  const TrainingSpec = original.TrainingSpec.extend({ ...grown(), measure: MeasureSpec.prefault({}) });
  return { ...original, MeasureSpec, TrainingSpec };
});

vi.mock(import('../../src/shared/spec/pruning.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, PruningSpec: original.PruningSpec.safeExtend(grown()) };
});

vi.mock(import('../../src/shared/spec/preparation.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const Grown = original.PreparationSpec.extend(grown());
  return { ...original, PreparationSpec: Grown, unprepared: Grown.parse({}) };
});

vi.mock(import('../../src/shared/spec/run.ts'), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, RunSpec: original.RunSpec.extend(grown()) };
});

vi.mock(import('../../src/shared/spec/study.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const { PruningSpec } = await import('../../src/shared/spec/pruning.ts');
  const DataSpec = original.DataSpec.extend(grown());
  const PruningGrid = original.PruningGrid.extend(grown());
  const Grown = original.StudySpec.extend({
    ...grown(),
    data: DataSpec.prefault({}),
    pruning: z.union([z.array(PruningSpec), PruningGrid]).default([]),
  });
  return { ...original, DataSpec, PruningGrid, StudySpec: Grown };
});

vi.mock(import('../../src/shared/results.ts'), async (importOriginal) => {
  const original = await importOriginal();
  const LayerActivity = original.LayerActivity.extend(grown());
  const LayerGradient = original.LayerGradient.extend(grown());
  const Evaluation = original.Evaluation.extend({ ...grown(), activity: z.array(LayerActivity) });
  const Epoch = original.EpochMetrics.extend({ ...grown(), test: Evaluation, gradients: z.array(LayerGradient) });
  return {
    ...original,
    LayerActivity,
    LayerGradient,
    Evaluation,
    EpochMetrics: Epoch,
    RunAnalysis: original.RunAnalysis.extend(grown()),
  };
});

const late = { addedLater: 7 };

it('knows the studies again, and reads every run with the new field at its default', () => {
  const store = openStore(thawed());
  const [halfDone, finished] = store.studies.list();
  expect(halfDone!.spec).toMatchObject({ ...late, data: { ...late, preparation: late }, training: { ...late, measure: late } });
  expect(halfDone!.spec).toMatchObject({ networks: [late, { ...late, backbone: [late], primary: late, intermediate: [late, late] }] });
  expect([halfDone!.spec.pruning, finished!.spec.pruning]).toMatchObject([late, [late]]);
  expect(studyIdentity(studyOf('study.json'), finished!.dataset, 'wasm')).toBe(identities.finished);
  expect(studyIdentity(studyOf('half-done.json'), halfDone!.dataset, 'wasm')).toBe(identities.halfDone);
  expect(store.studies.find(studyOf('study.json'), finished!.dataset, 'wasm')!.id).toBe(finished!.id);
  expect(store.studies.find(studyOf('half-done.json'), halfDone!.dataset, 'wasm')!.id).toBe(halfDone!.id);
  const other = StudySpec.parse({ ...studyOf('study.json'), addedLater: 8 });
  expect(store.studies.find(other, finished!.dataset, 'wasm')).toBeNull();

  const problems: string[] = [];
  const listed = store.summaries(undefined, (problem) => problems.push(problem));
  expect([listed.length, problems]).toEqual([13, []]);
  for (const { id, status } of listed) {
    expect(store.run(id).spec).toMatchObject({ ...late, network: { ...late, primary: late }, training: { ...late, measure: late } });
    for (const epoch of store.results.epochs(id)) {
      const { test, gradients } = EpochMetrics.parse(epoch);
      expect([epoch, test, ...test.activity, ...gradients].filter((one) => !('addedLater' in one))).toEqual([]);
    }
    if (status === 'finished') expect(RunAnalysis.parse(store.results.final(id)!.analysis)).toMatchObject(late);
  }
  expect(listed.find(({ name }) => name === 'On its own')).toMatchObject({
    note: 'A note\nof two lines',
    tags: ['first', 'frozen'],
    favourite: true,
  });
});

it('goes on with the half-done study', async () => {
  const folder = thawed();
  const store = openStore(folder);
  const { id, dataset: fingerprint } = store.studies.list()[0]!;
  const before = store.runs(id).map((one) => one.id);
  const { study, runs } = openStudy(store, { spec: studyOf('half-done.json'), dataset: fingerprint, engine: 'wasm', fresh: false });
  expect(study.id).toBe(id);
  expect(runs.map((one) => one.id)).toEqual(expect.arrayContaining(before));
  const dataset = await readKept(join(folder, 'datasets', `${fingerprint}.safetensors`), { checked: true });
  const engine = await startEngine({ engine: 'wasm', threads: 1 });
  try {
    for (const { id, status } of runs) {
      if (status === 'finished') continue;
      store.training.claim(id, usedEngine);
      await run(jobOf(store, id), dataset, engine, {
        ...nodeHost(),
        shouldStop: () => false,
        onStage: () => undefined,
        onStep: () => undefined,
        onCut: (cut) => store.training.recordCut(id, cut),
        onEpoch: (metrics, checkpoint) => store.training.recordEpoch(id, metrics, checkpoint),
        onStop: (checkpoint) => store.training.recordStop(id, checkpoint),
        onFinish: (result) => store.training.recordFinish(id, result),
      });
    }
  } finally {
    engine.dispose();
  }
  const ended = store.runs(id);
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'finished'));
  const stopped = ended.find((one) => one.id === before[1])!;
  expect(store.results.epochs(stopped.id).map(({ epoch }) => epoch)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

it('reads the exported run and the weights', async () => {
  const folder = thawed();
  const store = openStore(temporaryFolder());
  const { id, added } = await importRun(store, join(folder, 'pruned.capscope'));
  expect([added, store.run(id).spec.network]).toMatchObject([true, late]);
  const path = join(folder, 'pruned.safetensors');
  expect(decodeNetworkFile(readFileSync(path), path).network).toMatchObject({ ...late, primary: late });
});

it('finds the prepared images of files that have been read', () => {
  const folder = thawed();
  const [data, datasets] = [join(folder, 'data'), join(folder, 'datasets')];
  const wanted = { background: 'white', standardise: true, classes: ['0', '1', '2'], limits: { train: 18 } } as const;
  // As 0.1 called its entries; those kept here are of another place.
  const split = '"split":{"kind":"own"},"limits":{"train":18,"test":null,"perClass":null},"standardise":true}';
  const text = `[[${JSON.stringify(resolve(data))}],{"size":null,"fit":"pad","colour":"own","background":"white","classes":["0","1","2"],${split}]`;
  const name = `${createHash('sha256').update(text).digest('hex').slice(0, 32)}.json`;
  const entries = readdirSync(join(datasets, 'read')).map((one) => JSON.parse(readFileSync(join(datasets, 'read', one), 'utf8')) as object);
  const Standardised = z.object({ record: z.object({ ...KeptRecord.shape, standardisation: z.object({}) }) });
  const entry = entries.find((one) => Standardised.safeParse(one).success)!;
  writeFileSync(join(datasets, 'read', name), JSON.stringify({ ...entry, signature: signatureOf([data]) }));
  const found = new DatasetCache(datasets).find([data], PreparationSpec.parse(wanted));
  expect(found).toMatchObject({ gone: false, preparation: late, train: 18 });
  expect(new DatasetCache(datasets).find([data], PreparationSpec.parse({ ...wanted, addedLater: 8 }))).toBeNull();
});
