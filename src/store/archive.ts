/** Exports a run as one file and imports such a file again, whole or not at all. */
import { strToU8, zipSync } from 'fflate';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '../shared/input-error.ts';
import { archiveFormat, entryName, fileKinds, manifestName, maxManifestBytes, type Manifest } from './archive-format.ts';
import { readArchive, type ReadArchive } from './archive-read.ts';
import { keepNames, namesOf } from './dimension-names.ts';
import { writeDurably } from './disk.ts';
import type { Store } from './store.ts';
import type { StoredRun } from './types.ts';

/** Throws an InputError when the run has not finished. */
export function exportRun(store: Store, run: StoredRun, path: string): void {
  writeDurably(path, archiveOf(store, run));
}

/** The content of an exported run's file. Throws an InputError when the run has not finished. */
export function archiveOf(store: Store, run: StoredRun): Uint8Array {
  if (run.status !== 'finished') throw new InputError(`run ${run.id} is ${run.status}; only finished runs can be exported`);
  const files = fileKinds.map((kind) => {
    const file = store.files.find(run.id, kind);
    if (!file) throw new InputError(`run ${run.id} was imported as the parent of another run and has no ${kind} to export`);
    return { kind, bytes: file.bytes, sha256: file.sha256, content: store.files.read(file) };
  });
  const dimensions = namesOf(store, run.id);
  const manifest: Manifest = {
    format: archiveFormat,
    dataset: store.dataset(run.dataset),
    runs: lineage(store, run).map((member) => ({
      run: { ...member, study: null, status: 'finished', error: null },
      epochs: store.results.epochs(member.id),
      result: store.results.final(member.id)!,
    })),
    // Left out where there are none, so that versions that know nothing of them read the file.
    ...(Object.keys(dimensions).length > 0 && { dimensions }),
    files: files.map(({ kind, bytes, sha256 }) => ({ kind, bytes, sha256 })),
  };
  // Weights hardly compress, so they are stored as they are.
  const entries = Object.fromEntries(files.map(({ kind, content }) => [entryName(kind), [content, { level: 0 }] as const]));
  return zipSync({ [manifestName]: textOf(manifest, run), ...entries });
}

function textOf(manifest: Manifest, run: StoredRun): Uint8Array {
  try {
    const text = strToU8(JSON.stringify(manifest));
    if (text.length <= maxManifestBytes) return text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // Invalid string length
  }
  throw new InputError(`run ${run.id} has more epochs than fit into one file: expected at most ${maxManifestBytes} bytes of them`);
}

/** From the oldest ancestor to the run itself. */
function lineage(store: Store, run: StoredRun): StoredRun[] {
  return run.parent === null ? [run] : [...lineage(store, store.run(run.parent)), run];
}

export type OnImportProgress = (progress: { stage: string; done: number; total: number }) => void;

/**
 * Imports a run and those it was cut from. Returns the run's id, and whether it is here only now; if it was already, nothing
 * changes. A run that has been deleted is wanted again, and so are those it was cut from.
 * Throws an InputError, and stores nothing, when anything about the file is not right.
 */
export async function importRun(
  store: Store,
  path: string,
  onProgress: OnImportProgress = () => undefined,
): Promise<{ id: string; added: boolean }> {
  const archive = await readArchive(path);
  const { head } = archive;
  const ids = head.runs.map(({ run }) => run.id);
  const id = ids.at(-1)!;
  store.imports.clear(ids);
  for (const { run } of head.runs) {
    const known = store.findRun(run.id);
    if (known && known.created !== run.created)
      throw new InputError(`${path} holds a run ${run.id}, but here that is the id of another run`);
  }
  const deleted = store.notes.deleted(ids);
  // A run that came as somebody's parent is there without its files; they are added when they come.
  if (store.files.find(id, 'weights')) {
    const added = deleted.includes(id);
    if (added) store.notes.restore(deleted);
    return { id, added };
  }
  if (store.findRun(id) && store.run(id).status !== 'finished')
    throw new InputError(`run ${id} is already here and not finished; it cannot be replaced`);
  try {
    const added = await addRuns(store, archive, onProgress);
    const files = fileKinds.map((kind) => store.files.write(id, kind, archive.contents[kind]));
    store.atomically(() => {
      for (const file of files) store.files.add(id, file);
      if (head.dimensions) keepNames(store, id, head.dimensions);
      store.imports.show(added);
      store.notes.restore(deleted);
    });
  } catch (error) {
    store.imports.discard();
    store.files.sweep(id);
    throw error;
  }
  return { id, added: true };
}

/** Milliseconds between two additions of epochs. */
const longestRest = 20;

/** Adds those that are not here, with their epochs, unseen for the time being. Answers their ids. */
async function addRuns(store: Store, { head, epochs, epochCounts }: ReadArchive, onProgress: OnImportProgress): Promise<string[]> {
  const missing = store.atomically(() => {
    // Again under the write lock: another process may be importing the same file.
    store.imports.clear(head.runs.map(({ run }) => run.id));
    store.addDataset(head.dataset);
    const added = head.runs.flatMap(({ run, result }, index) => (store.findRun(run.id) ? [] : [{ run, result, index }]));
    for (const { run, result } of added) {
      store.insertRun(run);
      store.imports.hide(run.id);
      store.results.addResult(run.id, result);
    }
    return added;
  });
  const total = missing.reduce((sum, { index }) => sum + epochCounts[index]!, 0);
  let done = 0;
  for (const { run, index } of missing) {
    for (const some of epochs(index)) {
      const began = performance.now();
      store.imports.addEpochs(run.id, some);
      // As long as the database was held, others get at it; if it was waited for, they do anyway.
      await sleep(Math.min(performance.now() - began, longestRest));
      onProgress({ stage: 'adding epochs', done: (done += some.length), total });
    }
    store.findings.renew(run.id);
  }
  return missing.map(({ run }) => run.id);
}
