/** Adds runs to the store: single ones and whole studies. Those cut from a finished one: plan-pruning.ts. */
import { describe, NetworkSpecError } from '../shared/describe.ts';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import { nothingToRun, planStudy, type PlannedRun } from '../shared/study-plan.ts';
import type { TrainingSpec } from '../shared/spec/training.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { StoredDataset, StoredRun, StoredStudy } from '../store/types.ts';

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

/**
 * A study with all its runs, in the order in which they are to be done: the one that an earlier start has begun, with what
 * its plan has now and had not then, or a new one.
 * @param engine is part of the study's identity; null: the best there is when a run begins.
 * @param fresh begins anew even if it has been begun before.
 */
export function openStudy(
  store: Store,
  { spec, dataset: fingerprint, engine, fresh }: { spec: StudySpec; dataset: string; engine: EngineName | null; fresh: boolean },
): { study: StoredStudy; runs: StoredRun[] } {
  const dataset = store.dataset(fingerprint);
  return store.atomically(() => {
    const plan = planStudy(spec);
    if (plan.length === 0) throw new InputError(nothingToRun(spec));
    const begun = fresh ? null : store.studies.find(spec, fingerprint, engine);
    const study = begun ? store.studies.renew(begun, spec) : store.studies.add(spec, fingerprint, engine);
    const ids = new Map(store.runs(study.id).map(({ key, id }) => [key, id]));
    for (const { key, name, role, parent, spec: run } of plan) {
      if (ids.has(key)) continue;
      const size = sizeOf(run.network, dataset, name);
      const parentId = parent === null ? null : ids.get(parent)!;
      ids.set(
        key,
        store.addRun({ study: study.id, key, name, role, parent: parentId, dataset: fingerprint, spec: run, engine, ...size }).id,
      );
    }
    return { study, runs: plan.map(({ key }) => store.run(ids.get(key)!)) };
  });
}

/** Throws an InputError when a network of the study cannot be built for this data. */
export function checkStudy(plan: readonly PlannedRun[], dataset: StoredDataset): void {
  for (const { spec, name } of plan) sizeOf(spec.network, dataset, name);
}
