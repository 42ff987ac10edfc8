/** What takes seconds where there are thousands of runs is done in a thread, so that no window and no server waits for it. */
import { Worker } from 'node:worker_threads';
import { InputError } from '../../shared/input-error.ts';
import type { Host } from '../host.ts';
import type { Asked, Found, TaskName } from './tasks.ts';

export interface ToBackground {
  id: number;
  task: TaskName;
  asked: unknown;
}

/** How far a task has come. */
export type OnTaskProgress = (done: number, total: number) => void;

/** `problem`: what people are told; null: it is a fault of the program. */
export type FromBackground =
  { id: number; done: number; total: number } | { id: number; found: unknown } | { id: number; problem: string | null; error: Error };

interface Waiting {
  resolve: (found: never) => void;
  reject: (error: Error) => void;
  onProgress: OnTaskProgress;
}

export class Background {
  readonly #database: string;
  readonly #script: Host['background'];
  #thread: Worker | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #closed = false;

  constructor({ database, background }: Pick<Host, 'database' | 'background'>) {
    this.#database = database;
    this.#script = background;
  }

  /** Rejects with an InputError as the task does. Tasks are done in the order in which they are asked for. */
  ask<N extends TaskName>(task: N, asked: Asked<N>, onProgress: OnTaskProgress = () => undefined): Promise<Found<N>> {
    if (this.#closed) return Promise.reject(new InputError('Capscope is closing'));
    this.#thread ??= this.#start();
    const id = this.#asked++;
    this.#thread.postMessage({ id, task, asked } satisfies ToBackground);
    return new Promise<Found<N>>((resolve, reject) => this.#waiting.set(id, { resolve, reject, onProgress }));
  }

  /** What is asked for is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#giveUp(new InputError('Capscope is closing'));
    await this.#thread?.terminate();
  }

  #start(): Worker {
    const thread = new Worker(this.#script, { workerData: { database: this.#database } });
    thread.on('message', (reply: FromBackground) => {
      const waiting = this.#waiting.get(reply.id);
      if ('done' in reply) {
        waiting?.onProgress(reply.done, reply.total);
        return;
      }
      this.#waiting.delete(reply.id);
      // Thousands of runs have been taken in just now: before something is made of them, calls that have come meanwhile have their turn.
      if ('found' in reply) setImmediate(() => setImmediate(() => waiting?.resolve(reply.found as never)));
      else waiting?.reject(reply.problem === null ? reply.error : new InputError(reply.problem, { cause: reply.error }));
    });
    // The next one that is asked for starts another.
    const ended = (error: Error) => {
      if (this.#thread === thread) this.#thread = null;
      this.#giveUp(error);
    };
    thread.on('error', ended);
    thread.on('exit', () => ended(new Error('the thread in the background ended unexpectedly')));
    return thread;
  }

  #giveUp(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
