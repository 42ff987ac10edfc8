/** Data sets for a study in the terminal, with a question when some of one is damaged. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { countImages } from '../datasets/facts.ts';
import { readKept } from '../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../datasets/load.ts';
import { isUnprepared } from '../datasets/preparation/prepare.ts';
import type { Dataset } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import { oneLine } from '../shared/one-line.ts';
import type { PreparationSpec } from '../shared/spec/preparation.ts';
import { count } from '../shared/present/format.ts';
import { Store } from '../store/store.ts';
import type { StoredDataset } from '../store/types.ts';
import { asHere, imagesHere } from '../workbench/datasets/as-here.ts';
import { DatasetCache, type KeptRecord } from '../workbench/datasets/cache.ts';
import { describePreparation } from '../workbench/datasets/describe.ts';
import { keepImages, sameImages, type Part } from '../workbench/datasets/keep.ts';
import { remember } from '../workbench/datasets/records.ts';
import { rememberSample } from '../workbench/datasets/sample.ts';
import { folders } from '../workbench/node-host.ts';
import { ReadingProgress } from './reading-progress.ts';

export interface DataRequest {
  /** Of one data set; `sample` alone is the bundled sample. */
  paths: string[];
  preparation: PreparationSpec;
  /** Go on without what cannot be read. */
  skipBad: boolean;
  /** Database beside which read data sets are kept; it need not exist. */
  db: string;
  /** Whether the person at the terminal may be asked. */
  ask: boolean;
}

export interface OpenedData {
  dataset: StoredDataset;
  /** The file that it is kept in; null: the bundled sample as it comes. */
  path: string | null;
  /** Reads its images. */
  images: () => Promise<Dataset>;
  /** Makes it known to a database. */
  remember: (store: Store) => Promise<void>;
}

const say = (line: string): void => void process.stderr.write(`${oneLine(line)}\n`);

/** Throws an InputError when it cannot be read, or only in part and that is not wanted. */
export async function openData({ paths, preparation, skipBad, db, ask }: DataRequest): Promise<OpenedData> {
  const sample = paths.length === 1 && paths[0] === SAMPLE;
  const { resources } = folders();
  const loadSample = () => loadDataset(SAMPLE, { resources });
  if (sample && isUnprepared(preparation)) {
    const dataset = await loadSample();
    return {
      dataset: { ...dataset, ...countImages(dataset) },
      path: null,
      images: () => Promise.resolve(dataset),
      remember: async (store) => {
        await rememberSample(store, () => Promise.resolve(dataset));
      },
    };
  }
  const folder = join(dirname(resolve(db)), 'datasets');
  const cache = new DatasetCache(folder);
  cache.clean();
  const progress = new ReadingProgress(process.stderr);
  const kept = await keepImages({
    from: sample ? { kind: 'sample' } : { kind: 'files', paths },
    preparation,
    folder,
    resources,
    onProgress: (event) => progress.report(event),
    accept: (part) => {
      progress.end();
      return agree(part, skipBad, ask);
    },
  }).finally(() => progress.end());
  const { known, gone } = kept;
  const record = existsSync(db) ? await knownHere(db, cache, kept.record, folder) : kept.record;
  if (gone) say(`${paths.join(', ')} is no longer there; its images were kept when it was read.`);
  const renamed = record.fingerprint !== kept.record.fingerprint;
  for (const line of known && !renamed ? record.taken : [...record.taken, ...record.notes]) say(line);
  const name = sample ? `${record.name}, ${describePreparation(preparation)}` : record.name;
  return {
    dataset: { ...record, name },
    path: cache.path(record),
    images: () => readKept(cache.path(record)),
    remember: async (store) => {
      const base = sample ? await rememberSample(store, loadSample) : null;
      remember(store, record, { paths: sample ? [] : paths, base, name });
    },
  };
}

/** As the window does: the same images as a folder and as an archive are one data set. */
async function knownHere(db: string, cache: DatasetCache, record: KeptRecord, folder: string): Promise<KeptRecord> {
  const store = new Store(db);
  try {
    return asHere(store, cache, record, await sameImages(record, imagesHere(store), folder));
  } finally {
    store.close();
  }
}

/** Problems that are listed. */
const LISTED = 20;

/** Throws an InputError unless it is agreed that what cannot be read is left out. */
async function agree({ problems, train, test }: Part, skipBad: boolean, ask: boolean): Promise<void> {
  const files = `${count(problems.length)} ${problems.length === 1 ? 'file' : 'files'}`;
  say(`${files} would be left out:`);
  for (const { file, message } of problems.slice(0, LISTED)) say(`  ${file === null ? message : `${file}: ${message}`}`);
  if (problems.length > LISTED) say(`  and ${count(problems.length - LISTED)} more; "capscope inspect" lists them all`);
  if (skipBad) return;
  if (ask && process.stdin.isTTY && process.stderr.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal
      .question(`Go on with the ${count(train + test)} images that are left? [y/N] `)
      .finally(() => terminal.close());
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new InputError(`${files} of the data set would be left out; mend or remove them, or go on without them with --skip-bad`);
}
