/** Reading threads: one per data set that is being read or prepared, and one that answers previews. */
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { DatasetPreview, DatasetProblem, OpenedDataset } from '../../shared/contract/index.ts';
import { InputError } from '../../shared/input-error.ts';
import type { PreparationSpec } from '../../shared/spec/preparation.ts';
import type { Host } from '../host.ts';
import type { DatasetCache, KeptRecord } from './cache.ts';
import type { FromReader, ImagesFrom, KnownImages, PreviewRequest, ReaderTask, ToReader } from './reader-protocol.ts';

type ReadingHost = Pick<Host, 'reader' | 'decoder' | 'resources' | 'emit'>;

export type Read =
  { status: 'kept'; record: KeptRecord; same: string | null } | Extract<OpenedDataset, { status: 'partial' | 'cancelled' | 'failed' }>;

/** Most problems that are shown. */
const SHOWN = 1000;

interface Reading {
  worker: Worker;
  /** Ends what is being waited for. */
  settle: (outcome: Read) => void;
  reject: (error: Error) => void;
  outcome: Promise<Read>;
  /** Whether it could read only a part, and is to be told what becomes of that. */
  waits: boolean;
}

export class Readings {
  readonly #host: ReadingHost;
  readonly #cache: DatasetCache;
  readonly #tasks = new Map<string, Reading>();

  constructor(host: ReadingHost, cache: DatasetCache) {
    this.#host = host;
    this.#cache = cache;
  }

  /**
   * Prepares images and keeps them. Throws an InputError when this task is at work already.
   * @param here the data sets whose images are kept already
   */
  start(task: string, from: ImagesFrom, preparation: PreparationSpec, here: readonly KnownImages[]): Promise<Read> {
    if (this.#tasks.has(task)) throw new InputError('this task is already reading a data set');
    const worker = startReader(this.#host, { task: 'keep', from, preparation, folder: this.#cache.folder, here });
    const reading = { worker, waits: false } as Reading;
    this.#tasks.set(task, reading);
    this.#await(reading);
    this.#host.emit('reading', { task, stage: 'looking at the files', done: 0, total: null });
    worker.on('message', (message: FromReader) => {
      if (message.type === 'reading') this.#host.emit('reading', { task, stage: message.stage, done: message.done, total: message.total });
      else if (message.type === 'partial') reading.settle(partialOf(message, from));
      else if (message.type === 'kept') reading.settle({ status: 'kept', record: message.record, same: message.same });
      else if (message.type === 'failed') reading.settle(failed(message.message));
    });
    worker.on('error', (error) => reading.reject(error as Error));
    worker.on('exit', () => reading.settle(failed('the reader ended unexpectedly')));
    return this.#finish(task, reading);
  }

  /** Goes on with a task that could read only a part. */
  accept(task: string): Promise<Read> {
    const reading = this.#tasks.get(task);
    if (!reading?.waits) throw new InputError('this task waits for no answer');
    reading.waits = false;
    this.#await(reading);
    reading.worker.postMessage({ type: 'accept' } satisfies ToReader);
    return this.#finish(task, reading);
  }

  /** Nothing of the task stays, whether it is at work or waits for an answer. */
  async cancel(task: string): Promise<void> {
    const reading = this.#tasks.get(task);
    if (!reading) return;
    this.#tasks.delete(task);
    // Its end is no failure now.
    reading.worker.removeAllListeners('exit');
    await reading.worker.terminate();
    // It may have been writing. Another task may still be.
    if (this.#tasks.size === 0) this.#cache.clean({ ownThreads: true });
    reading.settle({ status: 'cancelled' });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tasks.keys()].map((task) => this.cancel(task)));
  }

  #await(reading: Reading): void {
    reading.outcome = new Promise((resolve, reject) => Object.assign(reading, { settle: resolve, reject }));
  }

  async #finish(task: string, reading: Reading): Promise<Read> {
    try {
      const outcome = await reading.outcome;
      reading.waits = outcome.status === 'partial';
      return outcome;
    } finally {
      if (!reading.waits) {
        this.#tasks.delete(task);
        void reading.worker.terminate();
      }
    }
  }
}

/** Milliseconds after which a previewing thread, with the images in it, is let go. */
const PREVIEW_IDLE = 60_000;

/** Answers previews of one data set after another. */
export class Previews {
  readonly #host: ReadingHost;
  #current: { key: string; worker: Worker; waiting: Map<number, (preview: DatasetPreview) => void>; timer: NodeJS.Timeout } | null = null;
  #next = 0;

  constructor(host: ReadingHost) {
    this.#host = host;
  }

  /** A thread stays with a data set and what is wanted where its files leave something open. */
  preview(fingerprint: string, from: ImagesFrom, request: Omit<PreviewRequest, 'id'>): Promise<DatasetPreview> {
    const { reading } = request.preparation;
    const key = JSON.stringify([fingerprint, reading ?? {}]);
    if (this.#current?.key !== key) this.#start(key, from, reading);
    const current = this.#current!;
    current.timer.refresh();
    const id = this.#next++;
    return new Promise((resolve) => {
      current.waiting.set(id, resolve);
      current.worker.postMessage({ type: 'preview', id, ...request } satisfies ToReader);
    });
  }

  close(): void {
    const current = this.#current;
    if (!current) return;
    this.#current = null;
    clearTimeout(current.timer);
    void current.worker.terminate();
    for (const resolve of current.waiting.values()) resolve({ ok: false, message: 'the preview was ended' });
  }

  #start(key: string, from: ImagesFrom, reading: PreparationSpec['reading']): void {
    this.close();
    const worker = startReader(this.#host, { task: 'preview', from, reading });
    const waiting = new Map<number, (preview: DatasetPreview) => void>();
    const timer = setTimeout(() => this.close(), PREVIEW_IDLE).unref();
    const current = { key, worker, waiting, timer };
    this.#current = current;
    const fail = (message: string) => {
      for (const resolve of waiting.values()) resolve({ ok: false, message });
      waiting.clear();
      if (this.#current === current) this.close();
    };
    worker.on('message', (message: FromReader) => {
      if (message.type === 'failed') fail(message.message);
      if (message.type !== 'previewed') return;
      waiting.get(message.id)?.(message.preview);
      waiting.delete(message.id);
    });
    worker.on('error', (error) => fail((error as Error).message));
    worker.on('exit', () => fail('the preview ended unexpectedly'));
  }
}

/** Tens of thousands of images leave many small objects behind; a thread that may pile them up takes 50 MB more and is no faster. */
export const YOUNG_MEGABYTES = 12;

type TaskOf<T> = T extends ReaderTask ? Omit<T, 'resources' | 'decoder'> : never;

function startReader({ reader, decoder, resources }: ReadingHost, task: TaskOf<ReaderTask>): Worker {
  const script = decoder instanceof URL ? fileURLToPath(decoder) : decoder;
  return new Worker(reader, {
    workerData: { ...task, resources, decoder: script } satisfies ReaderTask,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
}

const failed = (message: string): Read => ({ status: 'failed', problems: [{ file: null, message }] });

type Part = { name: string; train: number; test: number; problems: DatasetProblem[] };

function partialOf({ name, train, test, problems }: Part, from: ImagesFrom): Read {
  const shown = problems.slice(0, SHOWN).map(({ file, message }) => ({ file: file === null ? null : within(file, from), message }));
  return { status: 'partial', name, train, test, problems: shown, leftOut: problems.length };
}

/** A file's path from the folder on in which what was given lies. */
function within(file: string, from: ImagesFrom): string {
  if (from.kind !== 'files') return file;
  const folder = from.paths.map((path) => dirname(path)).find((parent) => file.startsWith(parent + sep));
  return folder === undefined ? file : relative(folder, file);
}
