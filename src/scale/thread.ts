/** Entry of a worker thread: plans studies and collects results, which takes minutes for thousands of units. */
import { parentPort, workerData } from 'node:worker_threads';
import { readKept } from '../datasets/kept.ts';
import { loadDataset, SAMPLE } from '../datasets/load.ts';
import { InputError } from '../shared/input-error.ts';
import { Store } from '../store/store.ts';
import { Bundle } from './bundle.ts';
import { collect } from './collect.ts';
import type { FromThread, ThreadTask } from './in-thread.ts';
import { planBundle } from './plan.ts';

/** Milliseconds between two reports. */
const interval = 200;

const task = workerData as ThreadTask;
const post = (message: FromThread): void => parentPort!.postMessage(message);

try {
  if (task.task === 'plan') {
    const { folder, images, resources, ...planning } = task;
    const read = () => (images === null ? loadDataset(SAMPLE, { resources }) : readKept(images, { checked: true }));
    await planBundle(folder, { ...planning, images: read });
    post({ type: 'planned' });
  } else collectInto(task);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  post({ type: 'refused', message: error.message });
}

function collectInto({ folder, database, withoutWeights }: Extract<ThreadTask, { task: 'collect' }>): void {
  const damaged: string[] = [];
  const said: string[] = [];
  let next = 0;
  const store = new Store(database);
  try {
    const collected = collect(new Bundle(folder), store, {
      withoutWeights,
      say: (line) => said.push(line),
      onDamaged: (name) => damaged.push(name),
      onAdded: (runs) => post({ type: 'added', runs }),
      onProgress: (done, total) => {
        if (performance.now() < next) return;
        next = performance.now() + interval;
        post({ type: 'progress', done, total });
      },
    });
    post({ type: 'collected', collected, damaged, said });
  } finally {
    store.close();
  }
}
