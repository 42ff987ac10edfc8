/** Entry of a worker thread: does one task after the other, over a connection to the database of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../shared/input-error.ts';
import { Store } from '../../store/store.ts';
import type { FromBackground, OnTaskProgress, ToBackground } from './background.ts';
import { tasks } from './tasks.ts';

const { database } = workerData as { database: string };
const port = parentPort!;
let store: Store | null = null;

/** Tasks follow one another, those that wait for something as well. */
let last = Promise.resolve();
port.on('message', (message: ToBackground) => {
  last = last.then(() => perform(message));
});

async function perform({ id, task, asked }: ToBackground): Promise<void> {
  try {
    store ??= new Store(database);
    const tell: OnTaskProgress = (done, total) => port.postMessage({ id, done, total } satisfies FromBackground);
    const found = await (tasks[task] as (store: Store, asked: unknown, tell: OnTaskProgress) => unknown)(store, asked, tell);
    port.postMessage({ id, found } satisfies FromBackground);
  } catch (error) {
    const problem = error instanceof InputError ? error.message : null;
    port.postMessage({ id, problem, error: error instanceof Error ? error : new Error(String(error)) } satisfies FromBackground);
  }
}
