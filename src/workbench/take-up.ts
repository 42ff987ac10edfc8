/**
 * A run whose training diverged, taken up from its last checkpoint with another learning rate. It becomes a run of its own, with what
 * was measured until then, so that the one that failed stays what it was.
 */
import { InputError } from '../shared/input-error.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';

/** Adds the run. Throws an InputError when there is nothing to go on from, or no other learning rate to go on with. */
export function takeUp(store: Store, id: string, learningRate: number): StoredRun {
  const run = store.run(id);
  const checkpoint = store.files.find(id, 'checkpoint');
  const epochs = store.results.epochs(id);
  const epoch = epochs.at(-1)?.epoch;
  if (run.status !== 'failed')
    throw new InputError(`run "${run.name}" is ${run.status}; only one that failed is taken up with other settings`);
  if (!checkpoint || epoch === undefined) throw new InputError(`run "${run.name}" has no checkpoint to go on from; train it anew`);
  const { training } = run.spec;
  if (learningRate === training.learningRate)
    throw new InputError(`run "${run.name}" failed with the learning rate ${learningRate}; expected another one`);
  const spec = {
    ...run.spec,
    training: { ...training, learningRate },
    takenUp: { run: id, epoch, learningRate: training.learningRate },
  };
  const added: StoredRun = {
    ...run,
    ...{ id: newId(), study: null, key: newId(), spec, status: 'queued', error: null },
    ...{
      name: `${run.name}, from epoch ${epoch} at ${learningRate}`.slice(0, 200),
      created: new Date().toISOString(),
      started: null,
      ended: null,
    },
  };
  const content = store.files.read(checkpoint);
  // The file lies in a folder of the run's own before the run is there; a process that dies in between leaves nothing that is listed.
  store.files.replace(added.id, { checkpoint: content }, () => {
    store.insertRun(added);
    store.results.addEpochs(added.id, epochs);
    store.findings.renew(added.id);
  });
  return added;
}
