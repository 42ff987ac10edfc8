/** Fills a unit's own database with what its journal knows and the bundle's files bear out. */
import { existsSync } from 'node:fs';
import type { EpochMetrics } from '../shared/results.ts';
import type { ArchivedFile } from '../store/archive-format.ts';
import { readWhole } from '../store/disk.ts';
import { sha256, type FileKind } from '../store/run-files.ts';
import type { Store } from '../store/store.ts';
import type { RunResult, StoredRun } from '../store/types.ts';
import type { Bundle } from './bundle.ts';
import { readJournal, type Checkpoint, type JournalEvent } from './journal.ts';

interface Known {
  run: StoredRun;
  epochs: Map<number, { metrics: EpochMetrics; checkpoint: Checkpoint }>;
  saved: Checkpoint | null;
  result: { result: RunResult; files: ArchivedFile[] } | null;
}

export function restore(store: Store, bundle: Bundle, unit: number, planned: readonly StoredRun[]): void {
  const known = new Map<string, Known>(planned.map((run) => [run.id, { run, epochs: new Map(), saved: null, result: null }]));
  for (const event of readJournal(bundle.journal(unit))) take(known, event);
  const { study, dataset, engine } = bundle.facts;
  store.atomically(() => {
    store.addDataset(dataset);
    store.arrivals.addStudy({ ...study, name: study.spec.name, dataset: dataset.fingerprint }, engine);
    for (const one of planned) restoreRun(store, bundle, one, known.get(one.id)!);
  });
}

function take(known: Map<string, Known>, event: JournalEvent): void {
  if (event.type === 'run') {
    const one = known.get(event.run.id);
    if (one) one.run = event.run;
  } else if (event.type === 'epoch') {
    const one = known.get(event.run);
    one?.epochs.set(event.metrics.epoch, event);
    if (one) one.saved = null;
  } else if (event.type === 'saved') {
    const one = known.get(event.run);
    if (one) one.saved = event.checkpoint;
  } else if (event.type === 'result') {
    const one = known.get(event.run);
    if (one) one.result = event;
  }
}

/** A run that has not finished goes on from the last checkpoint that is there as it was written, with the epochs up to it. */
function restoreRun(store: Store, bundle: Bundle, planned: StoredRun, { run, epochs, saved, result }: Known): void {
  const all = [...epochs.values()].sort((a, b) => a.metrics.epoch - b.metrics.epoch);
  const files = result && filesOf(bundle, run.id, result.files);
  if (run.status === 'finished' && files) {
    store.insertRun(run);
    store.results.addEpochs(
      run.id,
      all.map(({ metrics }) => metrics),
    );
    store.results.addResult(run.id, result.result);
    for (const { kind, bytes } of files) store.files.add(run.id, store.files.write(run.id, kind, bytes));
    store.findings.renew(run.id);
    return;
  }
  let checkpoint = saved && checkpointOf(bundle, run.id, saved);
  let done = all.length;
  while (!checkpoint && done > 0) {
    checkpoint = checkpointOf(bundle, run.id, all[done - 1]!.checkpoint);
    if (!checkpoint) done--;
  }
  // Without a checkpoint it begins anew, and what a cut had made of it is not known yet.
  store.insertRun(checkpoint ? { ...run, status: 'interrupted', ended: null } : planned);
  if (!checkpoint) return;
  store.results.addEpochs(
    run.id,
    all.slice(0, done).map(({ metrics }) => metrics),
  );
  store.files.add(run.id, store.files.write(run.id, 'checkpoint', checkpoint));
  store.findings.renew(run.id);
}

function filesOf(bundle: Bundle, run: string, files: readonly ArchivedFile[]): { kind: FileKind; bytes: Uint8Array }[] | null {
  const found = files.map(({ kind, ...sum }) => ({ kind, bytes: readAsWritten(bundle.path('runs', run, `${kind}.safetensors`), sum) }));
  return found.every((file): file is { kind: ArchivedFile['kind']; bytes: Uint8Array } => file.bytes !== null) ? found : null;
}

const checkpointOf = (bundle: Bundle, run: string, { name, ...sum }: Checkpoint) => readAsWritten(bundle.path('runs', run, name), sum);

/** Null where a file is not there, or no longer what was written. */
function readAsWritten(path: string, wanted: { bytes: number; sha256: string }): Uint8Array | null {
  if (!existsSync(path)) return null;
  const bytes = readWhole(path);
  return bytes.length === wanted.bytes && sha256(bytes) === wanted.sha256 ? bytes : null;
}
