/** A stored run as the job that does it. */
import { InputError } from '../shared/input-error.ts';
import type { RunJob } from '../shared/run-job.ts';
import type { Store } from './store.ts';

/** Reads what the run goes on from. Throws an InputError when a file is missing or damaged. */
export function jobOf(store: Store, id: string): RunJob {
  const run = store.run(id);
  const checkpoint = store.files.find(id, 'checkpoint');
  if (checkpoint) return { spec: run.spec, parent: null, checkpoint: store.files.read(checkpoint) };
  if (run.parent === null) return { spec: run.spec, parent: null, checkpoint: null };
  const weights = store.files.find(run.parent, 'weights');
  if (!weights) throw new InputError(`the weights of run ${run.parent}, with which run ${id} begins, are not here`);
  return { spec: run.spec, parent: store.files.read(weights), checkpoint: null };
}
