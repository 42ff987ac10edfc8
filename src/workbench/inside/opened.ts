/** The network of a run as it is on disk, to be looked into. */
import { InputError } from '../../shared/input-error.ts';
import type { InsideTask } from '../../shared/trainer-protocol.ts';
import type { StoredFile } from '../../store/run-files.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { inputOf } from '../plan.ts';

/** Of a run that has finished its weights, of another one its latest checkpoint. Throws an InputError when there is neither. */
export function networkFile(store: Store, run: string): StoredFile {
  const { name, status, spec } = store.run(run);
  // The same network, with a decoder that was trained on its capsules.
  const drawing = spec.network.decoder ? undefined : decoderRuns(store, run).find((child) => child.status === 'finished');
  const file =
    (drawing && store.files.find(drawing.id, 'weights')) ?? store.files.find(run, 'weights') ?? store.files.find(run, 'checkpoint');
  if (file) return file;
  throw new InputError(
    status === 'finished'
      ? `the weights of run "${name}" are not here`
      : `run "${name}" has no weights yet: it can be looked into after its first epoch`,
  );
}

/** Runs that have trained, or will train, a decoder on the capsules of this one. */
export const decoderRuns = (store: Store, run: string): StoredRun[] =>
  store.children(run).filter(({ spec, status }) => spec.frozen && status !== 'failed');

/** Throws an InputError when the file is gone or damaged. */
export function insideTask(store: Store, run: string, opened: StoredFile): InsideTask {
  const file = store.files.read(opened);
  if (opened.kind === 'weights') return { file, checkpointOf: null };
  const { spec, dataset } = store.run(run);
  const stored = store.dataset(dataset);
  const { preparation, standardisation = null } = store.images.find(dataset)?.recipe ?? {};
  const checkpointOf = {
    network: spec.network,
    input: inputOf(stored),
    classes: stored.classes,
    ...(preparation && { preparation }),
    ...(standardisation && { standardisation }),
  };
  return { file, checkpointOf };
}
