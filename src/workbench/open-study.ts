/** Studies in the store: begun, gone on with, extended; and what of them has been done elsewhere already. */
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { withoutDefaults } from '../shared/spec/defaults.ts';
import { RunSpec } from '../shared/spec/run.ts';
import type { StudySpec } from '../shared/spec/study.ts';
import { nothingToRun, planStudy, type PlannedRun } from '../shared/study-plan.ts';
import { grownFrom } from '../shared/study-growth.ts';
import type { Store } from '../store/store.ts';
import { storedTwinKey } from '../store/twin-keys.ts';
import type { StoredDataset, StoredRun, StoredStudy } from '../store/types.ts';
import { checkValidation, sizeOf } from './plan.ts';

interface Opened {
  study: StoredStudy;
  /** In the order of the plan. */
  runs: StoredRun[];
  /** Ids of those that were not there before. */
  added: string[];
}

interface Start {
  spec: StudySpec;
  /** Fingerprint. */
  dataset: string;
  /** Part of the study's identity; null: the best there is when a run begins. */
  engine: EngineName | null;
}

/**
 * A study with all its runs, in the order in which they are to be done: the one that an earlier start has begun, with what
 * its plan has now and had not then, or a new one.
 * @param fresh begins anew even if it has been begun before.
 * @param reuse what has been done elsewhere with the same settings is not done again.
 */
export function openStudy(
  store: Store,
  { spec, dataset, engine, fresh, reuse = false }: Start & { fresh: boolean; reuse?: boolean },
): Opened {
  return store.atomically(() => {
    const begun = fresh ? null : store.studies.find(spec, dataset, engine);
    const study = begun ? store.studies.renew(begun, spec) : store.studies.add(spec, dataset, engine);
    return fill(store, study, { engine, reuse });
  });
}

/** Gives a study that has begun more networks, seeds, arms or cuts. Throws an InputError when it would lose or change something. */
export function extendStudy(store: Store, id: string, wanted: StudySpec): Opened {
  return store.atomically(() => {
    const study = store.studies.get(id);
    const spec = grownFrom(study.spec, wanted);
    return fill(store, store.studies.renew(study, spec), { engine: store.studies.engineOf(id), reuse: true });
  });
}

/** Adds the planned runs that the study lacks. */
function fill(store: Store, study: StoredStudy, { engine, reuse }: { engine: EngineName | null; reuse: boolean }): Opened {
  const { spec, dataset: fingerprint } = study;
  const dataset = store.dataset(fingerprint);
  checkValidation(store, fingerprint, spec.training);
  const plan = planStudy(spec);
  if (plan.length === 0) throw new InputError(nothingToRun(spec));
  const contentOf = contents();
  const lined = withLineage(plan, contentOf);
  const planned = new Set(lined.map(({ content }) => content));
  const known = new Map<string, string>();
  const keys = new Map<string, string>();
  const odd = new Map<string, string>();
  for (const run of store.runs(study.id)) {
    const content = contentOf(run.role, store.lineage(run));
    known.set(content, run.id);
    if (run.study !== study.id) continue;
    keys.set(run.key, run.id);
    // An earlier version may have written a run differently: its key says which it is.
    if (!planned.has(content)) odd.set(run.key, run.id);
  }
  const ids = new Map<string, string>();
  const added: string[] = [];
  const doneElsewhere = finder(store, { dataset: fingerprint, engine }, contentOf);
  for (const run of lined) {
    const here = known.get(run.content) ?? odd.get(run.key);
    const elsewhere = here === undefined && reuse ? doneElsewhere(run) : null;
    if (elsewhere !== null) store.studies.reuse(study.id, elsewhere);
    const id = here ?? elsewhere ?? add(run);
    ids.set(run.key, id);
  }
  return { study, runs: plan.map(({ key }) => store.run(ids.get(key)!)), added };

  function add({ key, name, role, parent, spec: run }: Lined): string {
    const size = sizeOf(run.network, dataset, name);
    // Where a study has grown, another run may have the key that this one would have had from the beginning.
    let own = key;
    while (keys.has(own)) own += '+';
    const stored = store.addRun({
      ...{ study: study.id, key: own, name, role, parent: parent === null ? null : ids.get(parent)! },
      ...{ dataset: fingerprint, spec: run, engine, ...size },
    });
    keys.set(own, stored.id);
    added.push(stored.id);
    return stored.id;
  }
}

/** Those of the runs that have been added, in the order in which they are to be done; what a run is cut from comes before it. */
export function inOrder(runs: readonly StoredRun[], added: readonly string[], order: 'seed' | 'network'): StoredRun[] {
  const wanted = new Set(added);
  const seeds = [...new Set(runs.map(({ spec }) => spec.seed))];
  const place = ({ spec }: StoredRun) => (order === 'seed' ? seeds.indexOf(spec.seed) : 0);
  return runs.filter(({ id }) => wanted.has(id)).toSorted((a, b) => place(a) - place(b));
}

/** Keys of the planned runs that need not be done, because the same has been done already, or is part of the study that is to grow. */
export function doneAlready(store: Store, { spec, dataset, engine, study = null }: Start & { study?: string | null }): string[] {
  const contentOf = contents();
  const members = study === null ? [] : store.runs(store.studies.get(study).id);
  const own = new Set(members.map((run) => contentOf(run.role, store.lineage(run))));
  const doneElsewhere = finder(store, { dataset, engine }, contentOf);
  return withLineage(planStudy(spec), contentOf).flatMap((run) => (!own.has(run.content) && doneElsewhere(run) === null ? [] : [run.key]));
}

type Lined = PlannedRun & { lineage: RunSpec[]; content: string };

/** Each with the specs of what it goes back to, and of itself. Parents come first. */
function withLineage(plan: readonly PlannedRun[], contentOf: ContentOf): Lined[] {
  const lineages = new Map<string, RunSpec[]>();
  return plan.map((run) => {
    const lineage = [...(run.parent === null ? [] : lineages.get(run.parent)!), run.spec];
    lineages.set(run.key, lineage);
    return { ...run, lineage, content: contentOf(run.role, lineage) };
  });
}

type ContentOf = (role: PlannedRun['role'], lineage: readonly RunSpec[]) => string;

/**
 * Equal for runs that compute the same and count as the same. What a cut makes of the network follows from its parent, so
 * that it is the same before and after the cut. Of thousands of runs most differ in the seed alone: the rest is written once.
 */
function contents(): ContentOf {
  const known = new Map<string, string>();
  const told = (spec: RunSpec): string => {
    const unseeded = { ...spec, network: spec.pruning ? null : spec.network, seed: 0 };
    const text = JSON.stringify(unseeded);
    const content = known.get(text) ?? JSON.stringify(withoutDefaults(RunSpec, unseeded));
    known.set(text, content);
    return `${content} ${spec.seed}`;
  };
  return (role, lineage) => JSON.stringify([role, lineage.map(told)]);
}

/**
 * Finds a finished run that can be taken for a planned one: computed with the engine that is asked for, its weights still here.
 * The arms of a network and seed share what they are looked for by, so that it is read once.
 */
function finder(store: Store, { dataset, engine }: Pick<Start, 'dataset' | 'engine'>, contentOf: ContentOf): (run: Lined) => string | null {
  const known = new Map<string, [content: string, id: string][]>();
  return ({ lineage, content }) => {
    const key = storedTwinKey(dataset, lineage);
    const alike =
      known.get(key) ??
      store
        .finishedLike(key)
        .filter((run) => engine === null || run.engine === engine)
        .map((run): [string, string] => [contentOf(run.role, store.lineage(run)), run.id]);
    known.set(key, alike);
    return alike.find(([other, id]) => other === content && store.files.find(id, 'weights') !== null)?.[1] ?? null;
  };
}

/** Throws an InputError when a network of the study cannot be built for this data. */
export function checkStudy(plan: readonly PlannedRun[], dataset: StoredDataset): void {
  for (const { spec, name } of plan) sizeOf(spec.network, dataset, name);
}
