/** What is computed once of finished runs, over all test images: each in a trainer process of its own, beside the queue. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../shared/input-error.ts';
import { Atlas } from '../../shared/inside/atlas.ts';
import type { Disturbance, RobustnessPoint } from '../../shared/inside/robustness.ts';
import type { FromTrainer } from '../../shared/trainer-protocol.ts';
import { writeDurably } from '../../store/disk.ts';
import type { StoredFile } from '../../store/run-files.ts';
import { BesideQueue, type BesideContext, type BesideJob } from '../beside-queue.ts';

/** Images whose routing is followed one by one. */
const TREE_IMAGES = 250;

export class InsideJobs {
  readonly #context: BesideContext;
  readonly #beside: BesideQueue;
  /** A finished run never changes, and neither does what is read of its disturbed images. */
  readonly #points = new Map<string, RobustnessPoint>();

  constructor(context: BesideContext) {
    this.#context = context;
    this.#beside = new BesideQueue(context);
  }

  /** Null when cancelled. Throws an InputError when the run's weights or images are not here. */
  async atlas(task: string, id: string): Promise<Atlas | null> {
    const { store, host } = this.#context;
    const { file, path } = this.#opened(id);
    const kept = readKept(path, file);
    if (kept) return kept;
    const { threshold } = store.run(id).spec.training.measure;
    const made = await this.#compute(
      task,
      id,
      (weights) => ({ type: 'atlas', task: { weights, threshold, treeImages: TREE_IMAGES } }),
      (message) => {
        if (message.type === 'looking') host.emit('inside', { task, done: message.done, total: message.total });
        return message.type === 'atlas' ? message.atlas : undefined;
      },
    );
    if (!made) return null;
    const atlas: Atlas = { format: 1, weights: file.sha256, ...made };
    keep(path, atlas);
    return atlas;
  }

  /** One point per value, in their order; null when cancelled. Each comes as an event, too. */
  async robustness(
    task: string,
    id: string,
    { kind, values, images }: { kind: Disturbance; values: number[]; images: number },
  ): Promise<RobustnessPoint[] | null> {
    const { host } = this.#context;
    const { file } = this.#opened(id);
    const keyOf = (value: number) => [file.sha256, kind, value, images].join(' ');
    const known = () => values.flatMap((value) => this.#points.get(keyOf(value)) ?? []);
    for (const point of known()) host.emit('robustness', { task, run: id, point });
    const missing = values.filter((value) => !this.#points.has(keyOf(value)));
    if (missing.length > 0) {
      const ended = await this.#compute(
        task,
        id,
        (weights) => ({ type: 'robustness', task: { weights, kind, values: missing, images } }),
        (message) => {
          if (message.type === 'robust') {
            this.#points.set(keyOf(message.point.value), message.point);
            host.emit('robustness', { task, run: id, point: message.point });
          }
          return message.type === 'all-robust' ? true : undefined;
        },
      );
      if (!ended) return null;
    }
    return known();
  }

  cancel(task: string): void {
    this.#beside.cancel(task);
  }

  close(): void {
    this.#beside.close();
  }

  #opened(id: string): { file: StoredFile; path: string } {
    const { store } = this.#context;
    const file = store.files.find(id, 'weights');
    if (!file) throw new InputError(`run "${store.run(id).name}" has no weights to look into: it has not finished, or they are not here`);
    return { file, path: join(dirname(store.files.path(file)), 'atlas.json') };
  }

  #compute<T>(
    task: string,
    id: string,
    jobOf: (weights: Uint8Array) => BesideJob,
    hear: (message: FromTrainer) => T | undefined,
  ): Promise<T | null> {
    const { store, sourceOf } = this.#context;
    const { dataset, engine } = store.run(id);
    const job = jobOf(store.files.read(this.#opened(id).file));
    return this.#beside.compute(task, { job, dataset: sourceOf(dataset), engine, does: 'looks at test images', hear });
  }
}

/** Null when it is not there, of other weights, of another version, or damaged: then it is made anew. */
function readKept(path: string, { sha256 }: StoredFile): Atlas | null {
  try {
    const atlas = Atlas.parse(JSON.parse(readFileSync(path, 'utf8')));
    return atlas.weights === sha256 ? atlas : null;
  } catch {
    return null;
  }
}

/** What cannot be kept is made anew the next time. */
function keep(path: string, atlas: Atlas): void {
  try {
    writeDurably(path, new TextEncoder().encode(JSON.stringify(atlas)));
  } catch {
    // On a full disk, for one.
  }
}
