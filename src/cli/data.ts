/** Data sets for the terminal's commands: kept once they have been read, with a question when some of it is damaged. */
import { createInterface } from 'node:readline/promises';
import { readKept } from '../datasets/kept.ts';
import { loadPaths, SAMPLE } from '../datasets/load.ts';
import type { Problem } from '../datasets/raw.ts';
import type { Dataset } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import type { PreparationSpec } from '../shared/spec/preparation.ts';
import { DatasetCache, signatureOf, type KeptRecord } from '../workbench/datasets/cache.ts';
import { count } from '../shared/present/format.ts';
import { ReadingProgress } from './reading-progress.ts';

export interface DataRequest {
  /** Of one data set; `sample` alone is the bundled sample. */
  paths: string[];
  preparation: PreparationSpec;
  /** Go on without what cannot be read. */
  skipBad: boolean;
  /** Where read data sets are kept. */
  folder: string;
  /** Whether the person at the terminal may be asked. */
  ask: boolean;
}

export interface OpenedData {
  /** Empty for the bundled sample. */
  paths: string[];
  dataset: Dataset;
  /** Null for the bundled sample, which is not kept. */
  record: KeptRecord | null;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Throws an InputError when it cannot be read, or only in part and that is not wanted. */
export async function openData({ paths, preparation, skipBad, folder, ask }: DataRequest): Promise<OpenedData> {
  const progress = new ReadingProgress(process.stderr);
  const load = () =>
    loadPaths(paths, { preparation, onProgress: (event) => progress.report(event) }).finally(() => {
      progress.end();
    });
  if (paths.length === 1 && paths[0] === SAMPLE) return { paths: [], dataset: (await load()).dataset, record: null };

  const cache = new DatasetCache(folder);
  cache.clean();
  const signature = signatureOf(paths);
  const known = cache.find(paths, preparation, signature);
  if (known) {
    const { gone, ...record } = known;
    if (gone) say(`${paths.join(', ')} is no longer there; its images were kept when it was read.`);
    await agree(record.problems, skipBad, ask, record.train + record.test);
    return { paths, dataset: await readKept(cache.path(record)), record };
  }
  const loaded = await load();
  const { dataset, notes, problems } = loaded;
  await agree(problems, skipBad, ask, dataset.train.labels.length + dataset.test.labels.length);
  for (const note of notes) say(note);
  return { paths, dataset, record: cache.keep(loaded, { paths, wanted: preparation, signature }) };
}

/** Problems that are listed. */
const LISTED = 20;

/** Throws an InputError unless it is agreed that what cannot be read is left out. */
async function agree(problems: readonly Problem[], skipBad: boolean, ask: boolean, images: number): Promise<void> {
  if (problems.length === 0) return;
  const files = `${count(problems.length)} ${problems.length === 1 ? 'file' : 'files'}`;
  say(`${files} would be left out:`);
  for (const { file, message } of problems.slice(0, LISTED)) say(`  ${file === null ? '' : `${file}: `}${message}`);
  if (problems.length > LISTED) say(`  and ${count(problems.length - LISTED)} more; "capscope inspect" lists them all`);
  if (skipBad) return;
  if (ask && process.stdin.isTTY && process.stderr.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await terminal.question(`Go on with the ${count(images)} images that are left? [y/N] `).finally(() => terminal.close());
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new InputError(`${files} of the data set would be left out; mend or remove them, or go on without them with --skip-bad`);
}
