/** Has studies planned and results collected in a thread, so that whoever asks goes on answering. */
import { Worker } from 'node:worker_threads';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import type { StoredDataset } from '../store/types.ts';
import type { Collected } from './collect.ts';

export interface PlanTask {
  folder: string;
  spec: StudySpec;
  dataset: StoredDataset;
  engine: EngineName;
  hands: number;
  /** File with the images; null: the bundled sample, which lies in `resources`. */
  images: string | null;
  resources: string;
}

export interface CollectTask {
  folder: string;
  database: string;
  withoutWeights: boolean;
}

export type ThreadTask = ({ task: 'plan' } & PlanTask) | ({ task: 'collect' } & CollectTask);

export interface ThreadCollected {
  collected: Collected;
  /** Names of results that were damaged. */
  damaged: string[];
  /** What there is to say of it. */
  said: string[];
}

export type FromThread =
  | { type: 'progress'; done: number; total: number }
  /** Runs of which something is new. */
  | { type: 'added'; runs: string[] }
  | { type: 'planned' }
  | ({ type: 'collected' } & ThreadCollected)
  /** An InputError. */
  | { type: 'refused'; message: string };

interface Options {
  signal: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  onAdded?: (runs: string[]) => void;
}

export class Threads {
  readonly #entry: string | URL;

  /** @param entry the module thread.ts, as it is built. */
  constructor(entry: string | URL) {
    this.#entry = entry;
  }

  async plan(task: PlanTask, options: Options): Promise<void> {
    await this.#do({ task: 'plan', ...task }, options);
  }

  async collect(task: CollectTask, options: Options): Promise<ThreadCollected> {
    const answer = await this.#do({ task: 'collect', ...task }, options);
    if (answer.type !== 'collected') throw new Error(`the thread answered ${answer.type}`);
    return answer;
  }

  /** Aborted, it throws the signal's reason. What had been stored by then stays. */
  #do(workerData: ThreadTask, { signal, onProgress, onAdded }: Options): Promise<FromThread> {
    signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#entry, { workerData });
      const stop = () => {
        reject(signal.reason as Error);
        void worker.terminate();
      };
      signal.addEventListener('abort', stop);
      worker.on('message', (message: FromThread) => {
        if (message.type === 'progress') onProgress?.(message.done, message.total);
        else if (message.type === 'added') onAdded?.(message.runs);
        else if (message.type === 'refused') reject(new InputError(message.message));
        else resolve(message);
      });
      worker.on('error', reject);
      worker.on('exit', () => {
        signal.removeEventListener('abort', stop);
        reject(new Error('the thread ended without an answer'));
      });
    });
  }
}
