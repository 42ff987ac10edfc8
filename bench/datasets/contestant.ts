/** Reads one data set in a process of its own and says how long that took, what it cost, and what came out. */
import { readdirSync } from 'node:fs';
import { readKept } from '../../src/datasets/kept.ts';
import { loadPaths, loadRaw } from '../../src/datasets/load.ts';
import type { Dataset } from '../../src/shared/dataset.ts';
import { unprepared } from '../../src/shared/spec/preparation.ts';
import { DatasetCache, signatureOf } from '../../src/workbench/datasets/cache.ts';
import { Readings } from '../../src/workbench/datasets/reading.ts';
import { peakMemoryBytes } from '../peak-memory.ts';

/** What every contestant reports, whatever it is written in. */
export interface Report {
  seconds: number;
  peakBytes: number;
  images: number;
  /** Sum of all bytes of all images, and of all labels: equal for all who read the same. */
  check: [number, number];
}

/** What the window's reading thread does. */
export interface ProgressReport {
  seconds: number;
  /** Longest time without a sign of life, in seconds. */
  longestSilence: number;
  /** Seconds from asking for it to its being over, and what is in the folder then. */
  cancel: number;
  left: string[];
}

const [task, path, folder] = process.argv.slice(2) as [string, string, string];

function checkOf({ train, test }: Pick<Dataset, 'train' | 'test'>): Pick<Report, 'images' | 'check'> {
  const sum = (values: ArrayLike<number>) => {
    let total = 0;
    for (let i = 0; i < values.length; i++) total += values[i]!;
    return total;
  };
  return {
    images: train.labels.length + test.labels.length,
    check: [sum(train.images) + sum(test.images), sum(train.labels) + sum(test.labels)],
  };
}

async function timed(read: () => Promise<Pick<Dataset, 'train' | 'test'>>): Promise<Report> {
  const start = performance.now();
  const dataset = await read();
  const seconds = (performance.now() - start) / 1000;
  const peakBytes = peakMemoryBytes();
  return { seconds, peakBytes, ...checkOf(dataset) };
}

/** Arrays as the reader delivers them, which is what NumPy's user has. */
async function arrays(): Promise<Pick<Dataset, 'train' | 'test'>> {
  const { train, test } = await loadRaw([path]);
  const [a, b] = [train, test!].map(({ images, labels }) => {
    if (images.kind !== 'uniform' || !(images.values instanceof Uint8Array)) throw new Error('Expected an array of bytes.');
    return { images: images.values, labels };
  });
  return { train: a!, test: b! };
}

async function keep(): Promise<Report> {
  const cache = new DatasetCache(folder);
  return timed(async () => {
    const loaded = await loadPaths([path]);
    cache.keep(loaded, { paths: [path], wanted: unprepared, signature: signatureOf([path]) });
    return loaded.dataset;
  });
}

async function reopen(): Promise<Report> {
  return timed(async () => {
    const cache = new DatasetCache(folder);
    return readKept(cache.path(cache.find([path], unprepared)!));
  });
}

async function watched(): Promise<ProgressReport> {
  let last = performance.now();
  let longest = 0;
  let beat = (): void => undefined;
  const host = {
    reader: new URL('../../src/workbench/datasets/reader.ts', import.meta.url),
    resources: '',
    emit: () => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      beat();
    },
  };
  const readings = new Readings(host, new DatasetCache(folder));
  const start = performance.now();
  last = start;
  await readings.start('whole', { kind: 'files', paths: [path] }, unprepared, []);
  longest = Math.max(longest, performance.now() - last);
  const seconds = (performance.now() - start) / 1000;
  const before = readdirSync(folder);
  // Another preparation, so that it is read again; cancelled when it is well under way.
  let events = 0;
  const underWay = new Promise<void>((resolve) => {
    beat = () => {
      if (++events === 5) resolve();
    };
  });
  const cancelled = readings.start('cancelled', { kind: 'files', paths: [path] }, { ...unprepared, standardise: true }, []);
  await underWay;
  const asked = performance.now();
  await readings.cancel('cancelled');
  await cancelled;
  const cancel = (performance.now() - asked) / 1000;
  return { seconds, longestSilence: longest / 1000, cancel, left: readdirSync(folder).filter((name) => !before.includes(name)) };
}

/** Which images there are, and their labels, without decoding any. */
async function list(): Promise<Report> {
  const start = performance.now();
  const { train } = await loadRaw([path]);
  const seconds = (performance.now() - start) / 1000;
  return {
    seconds,
    peakBytes: peakMemoryBytes(),
    images: train.labels.length,
    check: [0, train.labels.reduce((sum, label) => sum + label, 0)],
  };
}

const tasks: Record<string, () => Promise<object>> = {
  ready: () => timed(async () => (await loadPaths([path])).dataset),
  arrays: () => timed(arrays),
  list,
  keep,
  reopen,
  watched,
};

process.stdout.write(JSON.stringify(await tasks[task]!()));
