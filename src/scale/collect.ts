/** Adds what units have computed to a database: in any order, again and again, by several at once, and never twice. */
import { copyFileSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { readWhole, temporaryName } from '../store/disk.ts';
import { sha256, type StoredFile } from '../store/run-files.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import type { Bundle } from './bundle.ts';
import { Damaged, readResults, type RunResults, type UnitResults } from './results.ts';

export interface Collected {
  /** Units: new here, here already, with runs that have failed, not done yet. */
  added: number;
  known: number;
  failed: number;
  waiting: number;
}

export interface CollectOptions {
  say: (line: string) => void;
  /** Whether results without their weights are taken, because these stay elsewhere until they are wanted. */
  withoutWeights?: boolean;
  /** Hears of results that were damaged, by the name of their file. */
  onDamaged?: (name: string) => void;
  /** Hears of runs of which something is new here, by their ids. */
  onAdded?: (runs: string[]) => void;
  /** Of units, all of which are looked at. */
  onProgress?: (done: number, total: number) => void;
}

/** Units that are stored in one transaction: each waits for the disk. */
const together = 100;

export function collect(bundle: Bundle, store: Store, options: CollectOptions): Collected {
  const { say, withoutWeights = false, onDamaged = () => undefined, onAdded = () => undefined, onProgress = () => undefined } = options;
  planIn(bundle, store);
  const names = new Set(existsSync(bundle.path('units')) ? readdirSync(bundle.path('units')) : []);
  const collected: Collected = { added: 0, known: 0, failed: 0, waiting: 0 };
  const processors = new Map<string, number>();
  const batch: (Arrived & { failed: boolean })[] = [];
  const storeBatch = (): void => {
    const fresh = store.atomically(() => batch.map((unit) => receive(store, bundle, unit, withoutWeights)));
    for (const [i, { failed }] of batch.entries()) collected[failed ? 'failed' : fresh[i] ? 'added' : 'known']++;
    const added = batch.flatMap(({ runs }, i) => (fresh[i] ? runs.map(({ run }) => run.id) : []));
    if (added.length > 0) onAdded(added);
    batch.length = 0;
  };
  let unit = -1;
  for (const runs of bundle.allRuns()) {
    unit++;
    onProgress(unit, bundle.facts.units);
    const failed = !names.has(`${unit}.capscope`);
    if (failed && !names.has(`${unit}.failed.capscope`)) collected.waiting++;
    else if (!failed && runs.every(({ id }) => isComplete(store, bundle, id, withoutWeights))) collected.known++;
    else {
      const path = bundle.results(unit, failed);
      try {
        const results = readResults(path, bundle.facts.study.id, unit);
        processors.set(results.processor, (processors.get(results.processor) ?? 0) + 1);
        batch.push({ ...arrive(store, bundle, results, withoutWeights), failed });
      } catch (error) {
        if (!(error instanceof Damaged)) throw error;
        // Out of the way, so that the unit is done again; whoever looks into it finds it.
        const aside = freeName(`${path}.damaged`);
        if (existsSync(path)) renameSync(path, aside);
        onDamaged(basename(path));
        say(`${error.message}; set aside as ${aside}: do unit ${unit} again`);
        collected.waiting++;
      }
      if (batch.length === together) storeBatch();
    }
  }
  storeBatch();
  if (processors.size > 1) {
    const kinds = [...processors].map(([name, count]) => `${name} (${count})`).join(', ');
    say(`Units were computed on different kinds of processor, which may round differently: ${kinds}`);
  }
  return collected;
}

/** With a number where there is something of this name. */
function freeName(path: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path}-${number}`;
    if (!existsSync(name)) return name;
  }
}

/** The study and all of its runs, as yet without anything computed. */
function planIn(bundle: Bundle, store: Store): void {
  const { study, dataset, engine } = bundle.facts;
  store.atomically(() => {
    store.addDataset(dataset);
    store.arrivals.addStudy({ ...study, name: study.spec.name, dataset: dataset.fingerprint }, engine);
    const here = new Set(store.runs(study.id).map(({ id }) => id));
    for (const runs of bundle.allRuns()) for (const run of runs) if (!here.has(run.id)) store.insertRun(run);
  });
}

/** Weights that have been brought after the results are taken then. */
const isComplete = (store: Store, bundle: Bundle, id: string, withoutWeights: boolean): boolean =>
  store.arrivals.has(id) &&
  (store.files.find(id, 'weights') !== null || (withoutWeights && !existsSync(bundle.path('runs', id, 'weights.safetensors'))));

/** What is new of a unit. */
interface Arrived {
  processor: string;
  runs: { run: StoredRun; epochs: RunResults['epochs']; result: RunResults['result']; files: StoredFile[] }[];
}

/** Brings what is new of a unit beside the database. Throws Damaged when something is not what it was when it was written. */
function arrive(store: Store, bundle: Bundle, { runs, processor }: UnitResults, withoutWeights: boolean): Arrived {
  const fresh = runs.filter(({ run }) => !isComplete(store, bundle, run.id, withoutWeights));
  for (const { run } of fresh) {
    const holder = store.training.holderOf(run.id);
    if (holder?.trains)
      throw new InputError(`run "${run.name}" is being trained by process ${holder.pid} on ${holder.host}; stop it there first`);
  }
  return {
    processor,
    runs: fresh.map((one) => ({ ...one, files: one.run.status === 'finished' ? bring(store, bundle, one, withoutWeights) : [] })),
  };
}

/** Answers whether anything was new. Part of a transaction. */
function receive(store: Store, bundle: Bundle, { runs, processor }: Arrived, withoutWeights: boolean): boolean {
  let added = false;
  for (const { run, epochs, result, files } of runs) {
    // Somebody else may have collected it meanwhile.
    if (isComplete(store, bundle, run.id, withoutWeights)) continue;
    if (!store.arrivals.has(run.id)) store.arrivals.put(inStudy(run, processor), epochs, result);
    for (const file of files) store.files.add(run.id, file);
    added = true;
  }
  return added;
}

/** Of which kind of processor it is: only runs of one kind round alike. */
function inStudy(run: StoredRun, processor: string): StoredRun {
  const ended = run.status === 'finished' || run.status === 'failed';
  const versions = run.started === null ? run.versions : { processor, ...run.versions };
  return { ...run, versions, status: ended ? run.status : run.started === null ? 'queued' : 'interrupted' };
}

/** Brings a run's files beside the database. They are the bundle's own where that is on the same disk: neither is ever changed. */
function bring(store: Store, bundle: Bundle, { run: { id }, files }: RunResults, withoutWeights: boolean): StoredFile[] {
  return files.flatMap(({ kind, bytes, sha256: expected }) => {
    const source = bundle.path('runs', id, `${kind}.safetensors`);
    if (withoutWeights && !existsSync(source)) return [];
    if (!existsSync(source)) throw new Damaged(`${source} is missing`);
    const content = readWhole(source);
    if (content.length !== bytes || sha256(content) !== expected)
      throw new Damaged(`${source} is damaged: its SHA-256 is not the one written down when it was made`);
    const file = { kind, path: `runs/${id}/${kind}.safetensors`, bytes, sha256: expected };
    place(source, store.files.path(file));
    return [file];
  });
}

function place(source: string, target: string): void {
  const temporary = temporaryName(target);
  mkdirSync(dirname(target), { recursive: true });
  try {
    try {
      linkSync(source, temporary);
    } catch {
      copyFileSync(source, temporary);
    }
    renameSync(temporary, target);
  } finally {
    rmSync(temporary, { force: true });
  }
}
