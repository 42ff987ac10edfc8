/** What runs have come to, over their seeds: of a study, or of any runs on which somebody wants to look together. */
import { conclusionOf } from '../shared/conclusion/conclusion.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import { seedGroups } from '../shared/measures/seed-groups.ts';
import { inactiveShare } from '../shared/present/format.ts';
import { networkAfter } from '../shared/pruning-plan.ts';
import { armOf, type Arm } from '../shared/spec/arms.ts';
import type { NetworkSpec } from '../shared/spec/network.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import { cutOf, hasCollapsed, type Outcome, type OutcomeCut } from '../shared/statistics/outcomes.ts';
import { statisticsOf } from '../shared/statistics/statistics.ts';
import { networkLabel, networkName } from '../shared/study-plan.ts';
import type { StudyResults } from '../shared/study-result.ts';
import { twinKey } from '../shared/twins.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';

export function resultsOf(store: Store, runs: readonly StoredRun[]): StudyResults {
  const statistics = statisticsOf(outcomesOf(store, runs));
  return { statistics, conclusion: conclusionOf(statistics) };
}

interface Described {
  run: StoredRun;
  arm: Arm;
  lineage: RunSpec[];
  /** Before any cut. */
  network: NetworkSpec;
}

/** Sources are left out, being no arm; of runs that repeat each other with the same seed, the first is taken. */
export function outcomesOf(store: Store, runs: readonly StoredRun[]): Outcome[] {
  const described = runs.flatMap((run): Described[] => {
    const arm = armOf(run);
    const lineage = store.lineage(run);
    return arm === 'source' ? [] : [{ run, arm, lineage, network: run.spec.control?.network ?? lineage[0]!.network }];
  });
  const groups = seedGroups(described, ({ run: { dataset }, arm, lineage }) => ({ arm, dataset, lineage }));
  const networks = networkNames(store, described);
  // What has the same name without being the same is told apart by a number.
  const unique = numbered();
  return groups.flatMap((group) => {
    const [first] = group;
    const network = networks.get(trainingKey(first!))!;
    const cut = cutOfRun(first!);
    const name = unique(JSON.stringify([network, first!.arm]), cut?.name ?? '', JSON.stringify(first!.run.id));
    const names = cut ? { network, cut: { ...cut, name } } : { network: `${network}${name}`, cut };
    return group.map(({ run, arm }) => ({
      ...{ id: run.id, ...names, arm, seed: run.spec.seed },
      twin: store.twinOf(run.id),
      result: resultOf(store, run),
    }));
  });
}

/** Equal for runs of all arms and seeds that share their images, their network before any cut, and how they are trained. */
function trainingKey({ run: { dataset }, lineage }: Described): string {
  return twinKey({ dataset, lineage: lineage.map((spec) => ({ ...spec, seed: 0 })) });
}

/** Names of networks by trainingKey(). */
function networkNames(store: Store, described: readonly Described[]): Map<string, string> {
  const unique = numbered();
  const names = new Map<string, string>();
  for (const one of described) {
    const key = trainingKey(one);
    if (!names.has(key)) names.set(key, unique('', nameInStudy(store, one.run) ?? networkName(one.network), key));
  }
  return names;
}

/** As the study that the run belongs to names its networks. */
function nameInStudy(store: Store, { study, key }: StoredRun): string | null {
  const index = /^network (\d+)\//.exec(key)?.[1];
  const network = study === null || index === undefined ? undefined : store.studies.get(study).spec.networks[Number(index)];
  return network ? networkLabel(network, Number(index)) : null;
}

/** The name, with a number behind it where another one in this place has the same. */
function numbered(): (place: string, name: string, what: string) => string {
  const taken = new Map<string, Set<string>>();
  return (place, name, what) => {
    const at = JSON.stringify([place, name]);
    const same = taken.get(at) ?? new Set();
    taken.set(at, same.add(what));
    return same.size > 1 ? `${name} (${same.size})` : name;
  };
}

function cutOfRun({ arm, run, lineage, network }: Described): OutcomeCut | null {
  if (arm === 'scratch') return cutOf(network, run.spec.control!.pruning);
  const prunings = lineage.flatMap(({ pruning }) => pruning ?? []);
  return prunings.length === 0 ? null : cutsOf(network, prunings);
}

/** Of a network that has been cut several times, all of its cuts as one. */
function cutsOf(network: NetworkSpec, prunings: readonly PruningSpec[]): OutcomeCut {
  let left = network;
  const cuts = prunings.map((pruning) => {
    const cut = cutOf(left, pruning);
    left = networkAfter(left, pruning);
    return cut;
  });
  const joined = (of: (cut: OutcomeCut) => string) => cuts.map(of).join(', then ');
  return { name: joined(({ name }) => name), extent: joined(({ extent }) => extent), remaining: cuts.at(-1)!.remaining };
}

function resultOf(store: Store, { id, status, spec }: StoredRun): Outcome['result'] {
  const evaluation = status === 'finished' ? store.results.evaluation(id) : null;
  if (!evaluation) return null;
  const inactive = countAsMeasured(evaluation.activity, spec.training.measure);
  return { accuracy: evaluation.accuracy, inactiveShare: inactiveShare(inactive), collapsed: hasCollapsed(inactive) };
}
