/** Entry of a worker thread: imports files of runs into the database, over a connection of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { InputError } from '../../shared/input-error.ts';
import { importRun } from '../../store/archive.ts';
import { Store } from '../../store/store.ts';
import type { FromImporter, ImporterTask } from './importing.ts';

/** Milliseconds between two reports. */
const interval = 150;

const { database, paths } = workerData as ImporterTask;
const post = (message: FromImporter): void => parentPort!.postMessage(message);

const store = new Store(database);
try {
  for (const path of paths) {
    let next = 0;
    const report = (progress: { stage: string; done: number; total: number }): void => {
      if (performance.now() < next) return;
      next = performance.now() + interval;
      post({ type: 'progress', ...progress });
    };
    try {
      post({ type: 'imported', ...(await importRun(store, path, report)), problem: null });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      post({ type: 'imported', id: null, added: false, problem: error.message });
    }
  }
} finally {
  store.close();
}
