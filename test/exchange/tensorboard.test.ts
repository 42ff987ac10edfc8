/** Event files, read back with TensorBoard's own reader. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lookThrough } from '../../src/exchange/tensorboard/events.ts';
import { heatMap } from '../../src/exchange/tensorboard/heat-map.ts';
import { histogramOf } from '../../src/exchange/tensorboard/histogram.ts';
import { endTag } from '../../src/exchange/tensorboard/run-events.ts';
import { countAsMeasured } from '../../src/shared/inactive.ts';
import { measures } from '../../src/shared/measures/catalogue.ts';
import type { Store } from '../../src/store/store.ts';
import { recordOf } from '../../src/store/records.ts';
import type { StoredRun } from '../../src/store/types.ts';
import { eventFolder, LiveEvents, writeEvents } from '../../src/workbench/exchange/tensorboard.ts';
import { needs } from '../needs.ts';
import { finishTinyStudy, openStore, temporaryFolder } from '../store/fixtures.ts';
import { lackOf, runPython } from './python.ts';

interface Read {
  scalars: Record<string, [step: number, value: number][]>;
  histograms: Record<string, [step: number, count: number, min: number, max: number, inBuckets: number][]>;
  images: Record<string, [step: number, width: number, height: number][]>;
  labels: Record<string, string>;
  hparams: { start: Record<string, unknown>; status: number; metrics: string[]; names: string[] };
}

const script = fileURLToPath(new URL('read_events.py', import.meta.url));
const readAll = async (...folders: string[]) => JSON.parse(await runPython([script, ...folders])) as Record<string, Read>;
const filesIn = (folder: string) => readdirSync(folder).map((name) => readFileSync(join(folder, name)));

function tiny(): { store: Store; runs: StoredRun[]; root: string } {
  const store = openStore(temporaryFolder());
  return { store, runs: finishTinyStudy(store), root: temporaryFolder() };
}

/** Tells a run's epochs one by one, as a queue does. */
async function live(store: Store, run: StoredRun, root: string): Promise<void> {
  const problems: string[] = [];
  const events = new LiveEvents(
    store,
    () => root,
    (text) => problems.push(text),
  );
  for (const metrics of store.results.epochs(run.id)) events.observe('epoch', { run: run.id, metrics });
  events.observe('runs', store.summaries([run.id]));
  await events.close();
  expect(problems).toEqual([]);
}

describe("TensorBoard's own reader", needs(lackOf("TensorBoard's reader", ['tensorboard'])), () => {
  it('finds what a run has measured, written afterwards or while it was trained', async () => {
    const { store, runs, root } = tiny();
    const run = runs[0]!;
    await writeEvents(store, run, join(root, 'after'));
    await live(store, run, join(root, 'live'));
    const folders = ['after', 'live'].map((name) => eventFolder(store, run, join(root, name)));
    const read = await readAll(...folders);
    const [after, during] = folders.map((folder) => read[folder]!);
    expect(during).toEqual(after);

    const epochs = store.results.epochs(run.id);
    const close = (points: [number, number][], expected: [number, number][]) => {
      expect(points.map(([step]) => step)).toEqual(expected.map(([step]) => step));
      for (const [i, [, value]] of points.entries()) expect(value).toBeCloseTo(expected[i]![1], 5);
    };
    const { scalars } = after!;
    close(
      scalars['measures/accuracy']!.slice(-epochs.length),
      epochs.map(({ epoch, test }) => [epoch, test.accuracy]),
    );
    close(
      scalars['train/loss']!,
      epochs.map(({ epoch, train }) => [epoch, train.loss]),
    );
    const share = (epoch: (typeof epochs)[number]) => {
      const { total, of } = countAsMeasured(epoch.test.activity, run.spec.training.measure);
      return total / of;
    };
    close(
      scalars['measures/inactive']!,
      epochs.map((epoch) => [epoch.epoch, share(epoch)]),
    );
    for (const { layer } of epochs[0]!.gradients) expect(Object.keys(scalars)).toContain(`gradient/${layer}`);
    // Every measure that the run has is there, under the name that it has everywhere.
    const known = measures.filter((measure) => measure.of(recordOf(store, run)!) !== null);
    for (const { id, label } of known) {
      expect(scalars[`measures/${id}`], id).toBeDefined();
      expect(after!.labels[`measures/${id}`]).toBe(label);
    }

    for (const { layer, meanVector } of epochs[0]!.test.activity) {
      const last = after!.histograms[`activation/${layer}`]!.at(-1)!;
      expect([last[0], last[1], last[4]]).toEqual([epochs.at(-1)!.epoch, meanVector.length, meanVector.length]);
    }
    const { activity } = epochs[0]!.test;
    const widest = Math.max(...activity.map(({ meanVector }) => meanVector.length));
    expect(after!.images['activation']!.at(-1)).toEqual([epochs.at(-1)!.epoch, 14 * widest, 14 * activity.length]);

    const { hparams } = after!;
    expect(hparams).toMatchObject({ status: 1, metrics: measures.map(({ id }) => `measures/${id}`) });
    expect(hparams.names).toEqual(Object.keys(hparams.start).sort());
    expect(hparams.start).toMatchObject({
      arm: 'unpruned',
      dataset: 'tiny',
      study: 'tiny study',
      'network.types': run.spec.network.primary.types,
      'training.learningRate': 1e-3,
      'training.stopCollapsed': false,
      seed: run.spec.seed,
    });
  });
});

describe('event files', () => {
  it('get what is missing, and nothing twice', async () => {
    const { store, runs, root } = tiny();
    const run = runs[0]!;
    const epochs = store.results.epochs(run.id).map(({ epoch }) => epoch);
    const folder = eventFolder(store, run, root);
    // As far as it had come when the process died, in the middle of a record.
    const events = new LiveEvents(
      store,
      () => root,
      () => undefined,
    );
    events.observe('epoch', { run: run.id, metrics: store.results.epochs(run.id)[0]! });
    await events.close();
    const [name] = readdirSync(folder);
    const whole = readFileSync(join(folder, name!));
    writeFileSync(join(folder, name!), whole.subarray(0, whole.length - 3));
    expect(lookThrough(filesIn(folder), endTag).has).toBe(false);
    await writeEvents(store, run, root);
    expect(lookThrough(filesIn(folder), endTag)).toEqual({ last: epochs.at(-1), has: true });
    const before = readdirSync(folder);
    store.notes.edit([run.id], { name: 'another name' });
    await writeEvents(store, store.run(run.id), root);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('that cannot be written are told of once', async () => {
    const { store, runs, root } = tiny();
    const occupied = join(root, 'file');
    writeFileSync(occupied, '');
    const problems: string[] = [];
    const events = new LiveEvents(
      store,
      () => occupied,
      (text) => problems.push(text),
    );
    for (const metrics of store.results.epochs(runs[0]!.id)) events.observe('epoch', { run: runs[0]!.id, metrics });
    await events.close();
    expect(problems).toEqual([expect.stringMatching(/^Events for TensorBoard cannot be written: .*\.$/)]);
  });
});

it('histograms count every value once', () => {
  const { bucket, bucket_limit, ...all } = histogramOf([0, 0.5, 1, 1]);
  expect(all).toEqual({ min: 0, max: 1, num: 4, sum: 2.5, sum_squares: 2.25 });
  expect([bucket[0], bucket[15], bucket.at(-1), bucket.length, bucket_limit.at(-1)]).toEqual([1, 1, 2, 30, 1]);
  expect(histogramOf([0, 0])).toMatchObject({ bucket: [2], bucket_limit: [1e-6] });
});

it('pictures of activation are as high as there are layers, and cross out what is inactive', async () => {
  const rows = [
    { layer: 'primary', values: [0, 0.5] },
    { layer: 'capsules.0', values: [0, 0.5, 1] },
  ];
  const { height, width, png } = await heatMap(rows, 0.01);
  expect([height, width]).toEqual([28, 42]);
  const { default: sharp } = await import('sharp');
  const pixels = await sharp(png).removeAlpha().raw().toBuffer();
  const at = (x: number, y: number) => [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
  const orange = [255, 146, 87];
  // The primary capsules are not counted, and so not crossed out.
  expect([at(6, 6), at(6, 14 + 6), at(14 + 6, 14 + 6)].map((colour) => colour.join() === orange.join())).toEqual([false, true, false]);
  expect(at(30, 6)).toEqual([255, 255, 255]);
});
