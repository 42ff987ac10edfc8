/** What is computed of runs and networks beside the queue: each in a trainer process of its own, which ends with it. */
import { InputError } from '../shared/input-error.ts';
import type { DatasetSource, EngineChoice, FromTrainer, ToTrainer } from '../shared/trainer-protocol.ts';
import type { Store } from '../store/store.ts';
import type { Host } from './host.ts';

export interface BesideContext {
  store: Store;
  host: Pick<Host, 'emit' | 'startTrainer'>;
  sourceOf: (fingerprint: string) => DatasetSource;
  /** Null while it is not known what to compute with; `decide` finds out. */
  engine: (wanted: string | null) => EngineChoice | null;
  decide: () => Promise<void>;
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What a trainer is asked to compute, without images and engine. */
export type BesideJob = Without<Extract<ToTrainer, { dataset: unknown }>, 'dataset' | 'engine'>;

interface Asked<T> {
  job: BesideJob;
  dataset: DatasetSource;
  /** Name of the engine that is preferred; null: the usual one. */
  engine: string | null;
  /** What the process does, for a sentence, e.g. "tries cuts". */
  does: string;
  /** Is told everything, and answers what the job comes to once it knows. */
  hear: (message: FromTrainer) => T | undefined;
}

export class BesideQueue {
  readonly #context: Pick<BesideContext, 'host' | 'engine' | 'decide'>;
  readonly #tasks = new Map<string, () => void>();

  constructor(context: Pick<BesideContext, 'host' | 'engine' | 'decide'>) {
    this.#context = context;
  }

  /** Null when cancelled. Throws an InputError when the job fails or its process ends. @param task under which it is cancelled. */
  async compute<T>(task: string, { job, dataset, engine: wanted, does, hear }: Asked<T>): Promise<T | null> {
    const { host, engine, decide } = this.#context;
    const { promise, resolve, reject } = Promise.withResolvers<T | null>();
    const turn = new AbortController();
    this.#tasks.set(task, () => {
      turn.abort();
      resolve(null);
    });
    try {
      if (!engine(wanted)) await Promise.race([decide(), promise]);
      if (turn.signal.aborted) return null;
      const choice = engine(wanted)!;
      const trainer = host.startTrainer(choice.name);
      try {
        trainer.onMessage((message) => {
          const result = hear(message);
          if (result !== undefined) resolve(result);
          else if (message.type === 'failed') reject(new InputError(message.message));
        });
        trainer.onExit((reason) => reject(new InputError(`the process that ${does} ended unexpectedly (${reason})`)));
        trainer.post({ ...job, dataset, engine: choice });
        return await promise;
      } finally {
        trainer.kill();
      }
    } finally {
      this.#tasks.delete(task);
    }
  }

  cancel(task: string): void {
    this.#tasks.get(task)?.();
  }

  close(): void {
    for (const cancel of this.#tasks.values()) cancel();
  }
}
