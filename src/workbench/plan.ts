/** Adds single runs to the store. Those cut from a finished one: plan-pruning.ts; whole studies: open-study.ts. */
import { mustHoldOut } from '../shared/dataset.ts';
import { describe, NetworkSpecError } from '../shared/describe.ts';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { TrainingSpec } from '../shared/spec/training.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { StoredDataset, StoredRun } from '../store/types.ts';

export const inputOf = ({ shape, classes }: StoredDataset): InputShape => ({ ...shape, classes: classes.length });

/** Throws an InputError when the network cannot be built for this data. */
export function sizeOf(network: NetworkSpec, dataset: StoredDataset, name: string): { params: number; flops: number } {
  try {
    const { params, flops } = describe(network, inputOf(dataset));
    return { params, flops };
  } catch (error) {
    if (error instanceof NetworkSpecError)
      throw new InputError(`the network of run "${name}" cannot be built: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Throws an InputError when so small a share for validation would hold out none of the images, as far as they are known here. */
export const checkValidation = (store: Store, dataset: string, { validation }: Pick<TrainingSpec, 'validation'>): void =>
  mustHoldOut(validation, store.images.find(dataset)?.trainPerClass ?? []);

export interface NewTraining {
  name: string;
  dataset: string;
  network: NetworkSpec;
  training: TrainingSpec;
  seeds: number[];
  /** Null: the best there is when a run begins. */
  engine: EngineName | null;
}

/** One run per seed. Returns them. */
export function addTraining(store: Store, { name, dataset: fingerprint, network, training, seeds, engine }: NewTraining): StoredRun[] {
  const dataset = store.dataset(fingerprint);
  const size = sizeOf(network, dataset, name);
  checkValidation(store, fingerprint, training);
  return store.atomically(() =>
    seeds.map((seed) =>
      store.addRun({
        study: null,
        key: newId(),
        name: seeds.length > 1 ? `${name} (seed ${seed})` : name,
        role: training.ccm > 0 ? 'source' : 'unpruned',
        parent: null,
        dataset: fingerprint,
        spec: { network, training, pruning: null, control: null, seed, firstEpoch: 0 },
        engine,
        ...size,
      }),
    ),
  );
}
