/** A decoder for a network that was trained without one: a run of its own, in which everything but the decoder stays as it is. */
import { InputError } from '../../shared/input-error.ts';
import { EngineName } from '../../shared/engines.ts';
import { NetworkSpec } from '../../shared/spec/network.ts';
import { newId } from '../../store/ids.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { sizeOf } from '../plan.ts';

/** Adds the run. Throws an InputError when there is nothing to add a decoder to. */
export function addDecoder(store: Store, id: string, epochs: number): StoredRun {
  const parent = store.run(id);
  const { spec } = parent;
  if (spec.network.decoder) throw new InputError(`run "${parent.name}" has a decoder already`);
  if (parent.status !== 'finished' || !store.files.find(id, 'weights'))
    throw new InputError(`run "${parent.name}" gets no decoder: it has not finished, or its weights are not here`);
  const network = NetworkSpec.parse({ ...spec.network, decoder: {} });
  const name = `${parent.name}, with a decoder`;
  const behind = store.results.epochSummary(id)?.last ?? spec.firstEpoch + spec.training.epochs;
  // The reconstruction is all that is learnt, so that it is weighed as itself.
  const training = { ...spec.training, epochs, ccm: 0, reconstruction: 1, warmUp: 0, stopCollapsed: false };
  return store.addRun({
    study: null,
    key: newId(),
    name,
    role: 'source',
    parent: id,
    dataset: parent.dataset,
    spec: { network, training, pruning: null, control: null, seed: spec.seed, firstEpoch: behind, frozen: true },
    engine: EngineName.nullable().catch(null).parse(parent.engine),
    ...sizeOf(network, store.dataset(parent.dataset), name),
  });
}
