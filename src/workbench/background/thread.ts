/** Entry of a worker thread: does one task after the other, over a connection to the database of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../shared/input-error.ts';
import { Store } from '../../store/store.ts';
import type { FromBackground, ToBackground } from './background.ts';
import { tasks } from './tasks.ts';

const { database } = workerData as { database: string };
const port = parentPort!;
let store: Store | null = null;

port.on('message', ({ id, task, asked }: ToBackground) => {
  try {
    store ??= new Store(database);
    const found = (tasks[task] as (store: Store, asked: unknown) => unknown)(store, asked);
    port.postMessage({ id, found } satisfies FromBackground);
  } catch (error) {
    const problem = error instanceof InputError ? error.message : null;
    port.postMessage({ id, problem, error: error instanceof Error ? error : new Error(String(error)) } satisfies FromBackground);
  }
});
