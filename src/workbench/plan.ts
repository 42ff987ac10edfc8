/** Adds runs to the store: single ones, children of a finished one, and whole studies. */
import { describe, NetworkSpecError } from '../shared/describe.ts';
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import { planStudy, pruningName, type PlannedRun } from '../shared/study-plan.ts';
import type { TrainingSpec } from '../shared/spec/training.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { StoredDataset, StoredRun, StoredStudy } from '../store/types.ts';

export const inputOf = ({ shape, classes }: StoredDataset): InputShape => ({ ...shape, classes: classes.length });

/** Throws an InputError when the network cannot be built for this data. */
function sizeOf(network: NetworkSpec, dataset: StoredDataset, name: string): { params: number; flops: number } {
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

export interface NewPruning {
  parent: string;
  name?: string | undefined;
  settings: PruningSpec[];
  training: TrainingSpec;
  twin: boolean;
  engine: EngineName | null;
}

/** Runs cut from a finished one, one per setting, and the unpruned twin if asked for. Returns them. */
export function addPruning(store: Store, { parent: id, name, settings, training, twin, engine }: NewPruning): StoredRun[] {
  const parent = store.run(id);
  if (parent.status !== 'finished' || !store.file(id, 'weights'))
    throw new InputError(`run "${parent.name}" cannot be pruned: it has not finished, or its weights are not here`);
  const { network, seed, firstEpoch } = parent.spec;
  const behind = firstEpoch + parent.spec.training.epochs;
  const base = name ?? `${parent.name}, pruned`;
  const { dataset, params, flops } = parent;
  return store.atomically(() => {
    const runs = settings.map((pruning) =>
      store.addRun({
        study: null,
        key: newId(),
        name: settings.length > 1 ? `${base} (${pruningName(pruning)})` : base,
        role: 'pruned',
        parent: id,
        dataset,
        // The cut replaces network and size when it has been made.
        spec: { network, training, pruning, control: null, seed, firstEpoch: behind },
        engine,
        params,
        flops,
      }),
    );
    if (!twin) return runs;
    const whole = {
      name: `${parent.name}, unpruned twin`,
      dataset,
      network: ancestorOf(store, parent).spec.network,
      seeds: [seed],
      engine,
    };
    return [...addTraining(store, { ...whole, training: { ...training, epochs: behind + training.epochs, ccm: 0 } }), ...runs];
  });
}

/** The run at the beginning of the line of cuts. */
function ancestorOf(store: Store, run: StoredRun): StoredRun {
  return run.parent === null ? run : ancestorOf(store, store.run(run.parent));
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
    const begun = fresh ? null : store.findStudy(spec, fingerprint, engine);
    const study = begun ? store.renewStudy(begun, spec) : store.addStudy(spec, fingerprint, engine);
    const ids = new Map(store.runs(study.id).map(({ key, id }) => [key, id]));
    const plan = planStudy(spec);
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
