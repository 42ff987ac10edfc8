/** Adds to the store what is cut from a finished run, and what it takes to tell what the cut did: the controls of spec/arms.ts. */
import type { EngineName } from '../shared/engines.ts';
import { InputError } from '../shared/input-error.ts';
import { networkAfter } from '../shared/pruning-plan.ts';
import { armNames, type Arm } from '../shared/spec/arms.ts';
import { withoutDefaults } from '../shared/spec/defaults.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import { RunSpec } from '../shared/spec/run.ts';
import type { TrainingSpec } from '../shared/spec/training.ts';
import { distinctCuts, extentOf, pruningName, randomCuts } from '../shared/study-plan.ts';
import { newId } from '../store/ids.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { checkValidation, sizeOf } from './plan.ts';

export interface NewPruning {
  parent: string;
  name?: string | undefined;
  settings: PruningSpec[];
  /** Of the pruned runs; the controls are trained in the same way, for as many epochs in all. */
  training: TrainingSpec;
  controls: Exclude<Arm, 'pruned'>[];
  engine: EngineName | null;
}

/** Runs cut from a finished one, one per setting, and the controls that are asked for and not there yet. Returns the new ones. */
export function addPruning(store: Store, { parent: id, name, settings, training, controls, engine }: NewPruning): StoredRun[] {
  const parent = store.run(id);
  if (parent.status !== 'finished' || !store.files.find(id, 'weights'))
    throw new InputError(`run "${parent.name}" cannot be pruned: it has not finished, or its weights are not here`);
  const { spec } = parent;
  const line = ancestors(store, parent);
  const root = line[0]!;
  if (controls.includes('ccm') && line.every((run) => run.spec.training.ccm === 0))
    throw new InputError(
      `run "${parent.name}" was trained without the CCM term: the control "${armNames.ccm}" would be the unpruned network again; leave it out`,
    );
  // One that was given up as collapsed has fewer behind it than were planned.
  const behind = store.results.epochSummary(id)?.last ?? spec.firstEpoch + spec.training.epochs;
  const fineTune: RunSpec = { ...spec, training: { ...training, ccm: 0 }, pruning: null, control: null, firstEpoch: behind };
  const whole: RunSpec = {
    ...fineTune,
    network: root.spec.network,
    training: { ...fineTune.training, epochs: behind + training.epochs },
    firstEpoch: 0,
  };
  const base = name ?? `${parent.name}, pruned`;
  const several = settings.length > 1;
  const dataset = store.dataset(parent.dataset);
  checkValidation(store, parent.dataset, training);
  const known = knownRuns(store, parent.dataset);

  const add = (of: Pick<StoredRun, 'name' | 'role' | 'parent' | 'spec'>): StoredRun =>
    store.addRun({ ...of, study: null, key: newId(), dataset: parent.dataset, engine, ...sizeOf(of.spec.network, dataset, of.name) });
  const addControl = (of: Parameters<typeof add>[0]) => (known.has(sameness(of)) ? [] : [add(of)]);
  const cut = (of: string, pruning: PruningSpec) => ({
    name: of,
    role: 'pruned' as const,
    parent: id,
    // The cut replaces the network when it has been made.
    spec: { ...fineTune, training, pruning },
  });
  const control = (what: string) => `${parent.name}, ${what}`;
  const extent = (pruning: PruningSpec) => (several ? ` (${extentOf(pruning)})` : '');

  return store.atomically(() => [
    ...(controls.includes('unpruned') ? addControl({ name: control('unpruned twin'), role: 'unpruned', parent: null, spec: whole }) : []),
    ...(controls.includes('ccm') ? addControl({ name: control('CCM alone'), role: 'unpruned', parent: id, spec: fineTune }) : []),
    ...settings.map((pruning) => add(cut(several ? `${base} (${pruningName(pruning)})` : base, pruning))),
    ...(controls.includes('random')
      ? randomCuts(settings, true).flatMap(([, pruning]) => addControl(cut(control(`random cut${extent(pruning)}`), pruning)))
      : []),
    ...(controls.includes('scratch')
      ? distinctCuts(settings, spec.network).flatMap(([, pruning]) =>
          addControl({
            name: control(`from scratch${extent(pruning)}`),
            role: 'unpruned',
            parent: null,
            spec: { ...whole, network: networkAfter(spec.network, pruning), control: { network: root.spec.network, pruning } },
          }),
        )
      : []),
  ]);
}

/** The runs that this one goes back to, from the root on, and itself. */
function ancestors(store: Store, run: StoredRun): StoredRun[] {
  return run.parent === null ? [run] : [...ancestors(store, store.run(run.parent)), run];
}

/** What has been queued on these data and may still end well. */
function knownRuns(store: Store, dataset: string): Set<string> {
  return new Set(
    store
      .runs()
      .filter((run) => run.dataset === dataset && run.status !== 'failed')
      .map(sameness),
  );
}

/**
 * Equal for runs that would compute the same, as controls of the same network. What a cut makes of the network follows from its
 * parent, and what is trained from scratch does not depend on which channels a cut would take.
 */
function sameness({ parent, spec }: Pick<StoredRun, 'parent' | 'spec'>): string {
  const network = spec.pruning ? null : spec.network;
  const control = spec.control && { ...spec.control, pruning: null };
  return JSON.stringify([parent, withoutDefaults(RunSpec, { ...spec, network, control })]);
}
