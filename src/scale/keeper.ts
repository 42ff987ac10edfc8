/** Writes into the bundle what has to outlast the process, as the unit's runs get on: files first, then the line that names them. */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import type { Events } from '../shared/contract/index.ts';
import type { ArchivedFile } from '../store/archive-format.ts';
import { writeDurably } from '../store/disk.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import type { Bundle } from './bundle.ts';
import type { Checkpoint, Journal } from './journal.ts';

interface Parts {
  store: Store;
  bundle: Bundle;
  journal: Journal;
}

export class Keeper {
  readonly #parts: Parts;
  /** Runs as the journal has them. */
  readonly #told = new Map<string, string>();
  /** Sum of the checkpoint that the bundle has of a run. */
  readonly #checkpoints = new Map<string, string>();
  #lastEpoch: number | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get lastEpoch(): number | null {
    return this.#lastEpoch;
  }

  epoch({ run, metrics }: Events['epoch']): void {
    const { journal } = this.#parts;
    const checkpoint = this.#keepCheckpoint(run);
    if (!checkpoint) throw new Error(`run ${run} has no checkpoint after epoch ${metrics.epoch}`);
    journal.add({ type: 'epoch', run, metrics, checkpoint });
    this.#lastEpoch = metrics.epoch;
    // A short line behind a long one, so that whoever asks how it stands need not read the long one.
    journal.add({ type: 'alive', run, epoch: metrics.epoch });
    this.#sweep(run, checkpoint.name);
  }

  /** The run may be another than before. */
  run(id: string): void {
    const { store, journal } = this.#parts;
    const run = store.run(id);
    const now = JSON.stringify(run);
    if (this.#told.get(id) === now) return;
    if (run.status === 'finished') this.#finish(run);
    if (run.status === 'stopped') {
      const checkpoint = this.#keepCheckpoint(id);
      if (checkpoint) journal.add({ type: 'saved', run: id, checkpoint });
    }
    journal.add({ type: 'run', run });
    this.#told.set(id, now);
    if (run.status === 'finished') this.#sweep(id, null);
  }

  #finish({ id }: StoredRun): void {
    const { store, bundle, journal } = this.#parts;
    const files = store.files.of(id).flatMap((file): ArchivedFile[] => {
      const { kind, bytes, sha256 } = file;
      if (kind === 'checkpoint') return [];
      const path = bundle.path('runs', id, `${kind}.safetensors`);
      writeDurably(path, store.files.read(file));
      return [{ kind, bytes, sha256 }];
    });
    journal.add({ type: 'result', run: id, result: store.results.final(id)!, files });
  }

  /** Null: there is none, or it is in the bundle already. */
  #keepCheckpoint(run: string): Checkpoint | null {
    const { store, bundle } = this.#parts;
    const file = store.files.find(run, 'checkpoint');
    if (!file || this.#checkpoints.get(run) === file.sha256) return null;
    const name = `checkpoint-${randomBytes(4).toString('hex')}.safetensors`;
    writeDurably(bundle.path('runs', run, name), store.files.read(file));
    this.#checkpoints.set(run, file.sha256);
    return { name, bytes: file.bytes, sha256: file.sha256 };
  }

  /** Removes checkpoints that are needed no more, and what kills have left half written. */
  #sweep(run: string, keep: string | null): void {
    const folder = this.#parts.bundle.path('runs', run);
    if (!existsSync(folder)) return;
    const rubbish = readdirSync(folder).filter((name) => name !== keep && (name.startsWith('checkpoint-') || name.endsWith('.tmp')));
    for (const name of rubbish) rmSync(`${folder}/${name}`, { force: true });
  }
}
