/** Files of runs are imported in a thread: they may be large, and they may come from strangers. */
import { Worker } from 'node:worker_threads';
import { basename } from 'node:path';
import { InputError } from '../../shared/input-error.ts';
import type { Store } from '../../store/store.ts';
import type { Host } from '../host.ts';

export interface ImporterTask {
  database: string;
  paths: string[];
}

export type FromImporter =
  { type: 'progress'; stage: string; done: number; total: number } | ({ type: 'imported' } & Omit<Imported, 'path'>);

export interface Imported {
  path: string;
  /** Null when there is a problem. */
  id: string | null;
  added: boolean;
  problem: string | null;
}

/** JSON of half a gigabyte becomes objects piece by piece; what needs more memory is no run. */
const MEGABYTES = 2048;

export class Importing {
  readonly #store: Store;
  readonly #host: Pick<Host, 'importer' | 'emit'>;
  /** By task; what cancels it. */
  readonly #tasks = new Map<string, AbortController>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(store: Store, host: Pick<Host, 'importer' | 'emit'>) {
    this.#store = store;
    this.#host = host;
  }

  /** One after another, whoever asks. When it is cancelled, those files are answered that had been imported by then. */
  import(task: string, paths: readonly string[]): Promise<Imported[]> {
    if (this.#tasks.has(task)) throw new InputError('this task is importing runs already');
    const cancelled = new AbortController();
    this.#tasks.set(task, cancelled);
    const work = async () => {
      const imported: Imported[] = [];
      try {
        while (imported.length < paths.length && !cancelled.signal.aborted) await this.#some(task, paths, imported, cancelled.signal);
      } finally {
        this.#tasks.delete(task);
      }
      return imported;
    };
    const outcome = this.#last.then(work);
    this.#last = outcome.catch(() => undefined);
    return outcome;
  }

  cancel(task: string): void {
    this.#tasks.get(task)?.abort();
  }

  async close(): Promise<void> {
    for (const task of this.#tasks.keys()) this.cancel(task);
    await this.#last;
  }

  /** As many as one thread gets done. */
  async #some(task: string, paths: readonly string[], imported: Imported[], cancelled: AbortSignal): Promise<void> {
    const worker = new Worker(this.#host.importer, {
      workerData: { database: this.#store.path, paths: paths.slice(imported.length) } satisfies ImporterTask,
      resourceLimits: { maxOldGenerationSizeMb: MEGABYTES },
    });
    const stop = () => void worker.terminate();
    cancelled.addEventListener('abort', stop);
    worker.on('message', (message: FromImporter) => {
      const path = paths[imported.length]!;
      if (message.type === 'imported') imported.push({ path, id: message.id, added: message.added, problem: message.problem });
      else this.#host.emit('reading', { task, stage: `${basename(path)}: ${message.stage}`, done: message.done, total: message.total });
    });
    const failure = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      worker.on('error', (error) => resolve(error as NodeJS.ErrnoException));
      worker.on('exit', () => resolve(null));
    });
    cancelled.removeEventListener('abort', stop);
    if (cancelled.aborted || failure) this.#store.imports.discard();
    const path = paths[imported.length];
    if (path === undefined || cancelled.aborted) return;
    if (failure?.code === 'ERR_WORKER_OUT_OF_MEMORY')
      imported.push({ path, id: null, added: false, problem: `${path} takes more memory than any exported run` });
    else if (failure) throw failure;
    else throw new Error('the importing thread ended unexpectedly');
  }
}
