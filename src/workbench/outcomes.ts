/** What runs have come to, over their seeds: of a study, or of any runs on which somebody wants to look together. */
import { kindsOf } from '../shared/computed-on.ts';
import { conclusionOf } from '../shared/conclusion/conclusion.ts';
import type { Tested } from '../shared/conclusion/unsettled.ts';
import type { Uncut } from '../shared/conclusion/vanishing.ts';
import { isStuck, isUnsettled } from '../shared/findings/collapse.ts';
import { forecast as forecastOf, type NetworkForecast } from '../shared/forecast/forecast.ts';
import { gainOverCritical } from '../shared/forecast/over-critical.ts';
import { weakestOf } from '../shared/forecast/sentence.ts';
import type { Verdict } from '../shared/forecast/verdict.ts';
import { countAsMeasured } from '../shared/inactive.ts';
import { seedGroups } from '../shared/measures/seed-groups.ts';
import { inactiveShare } from '../shared/present/format.ts';
import { networkAfter } from '../shared/pruning-plan.ts';
import { armOf, isMeans, type Arm } from '../shared/spec/arms.ts';
import type { InputShape, NetworkSpec } from '../shared/spec/network.ts';
import type { PruningSpec } from '../shared/spec/pruning.ts';
import type { RunSpec } from '../shared/spec/run.ts';
import { networksOf } from '../shared/spec/study.ts';
import { cutOf, hasCollapsed, type Outcome, type OutcomeCut } from '../shared/statistics/outcomes.ts';
import { statisticsOf } from '../shared/statistics/statistics.ts';
import { familyOfNetwork, networkLabel, networkName } from '../shared/study-plan.ts';
import { cutInWords, factorsOf } from '../shared/study-factors.ts';
import type { StudyResults, StudyRun } from '../shared/study-result.ts';
import { twinKey } from '../shared/twins.ts';
import { begins } from '../store/probes.ts';
import type { Store } from '../store/store.ts';
import type { StoredRun } from '../store/types.ts';
import { inputOf } from './plan.ts';

export function resultsOf(store: Store, runs: readonly StoredRun[]): StudyResults {
  const read = readOutcomes(store, runs);
  const statistics = statisticsOf(read.map(({ outcome }) => outcome));
  const studyRuns = read.map(({ run }) => run);
  const sets = [...new Set(runs.map(({ dataset }) => dataset))].map((fingerprint) => store.dataset(fingerprint));
  const [one] = sets.length === 1 ? sets : [];
  return {
    statistics,
    conclusion: conclusionOf(
      statistics,
      read.map(({ run, apart }) => ({ ...run, ...apart })),
    ),
    runs: studyRuns,
    cuts: [...new Map(read.flatMap(({ cuts }) => cuts.map((cut) => [cut.name, cut] as const))).values()],
    // Of what is being trained, what it is computed on is not known in full.
    kinds: kindsOf(runs.filter(({ status }) => status !== 'running')),
    chance: one ? 1 / one.classes.length : null,
    testImages: one ? one.test : null,
  };
}

export const outcomesOf = (store: Store, runs: readonly StoredRun[]): Outcome[] => readOutcomes(store, runs).map(({ outcome }) => outcome);

interface Described {
  run: StoredRun;
  arm: Arm;
  lineage: RunSpec[];
  /** Before any cut. */
  network: NetworkSpec;
  /** In order; of a run from scratch, the cut that it is a control for. */
  prunings: PruningSpec[];
  /** Equal for runs of all arms and seeds that share their images, their network before any cut, and how they are trained. */
  training: string;
}

interface ReadOutcome {
  outcome: Outcome;
  run: StudyRun;
  /** What tells networks apart beside their factors, what their forecast is from, and whether the test was too early. */
  apart: Pick<Uncut, 'rest' | 'basis'> & Pick<Tested, 'unsettled'>;
  /** In words. */
  cuts: { name: string; words: string }[];
}

/** Sources are left out, being no arm; of runs that repeat each other with the same seed, the first is taken. */
function readOutcomes(store: Store, runs: readonly StoredRun[]): ReadOutcome[] {
  const keyOf = trainingKeys();
  const described = runs.flatMap((run): Described[] => {
    const arm = armOf(run);
    if (isMeans(arm)) return [];
    const lineage = store.lineage(run);
    const { control } = run.spec;
    const prunings = control ? [control.pruning] : lineage.flatMap(({ pruning }) => pruning ?? []);
    return [{ run, arm, lineage, network: control?.network ?? lineage[0]!.network, prunings, training: keyOf(run, lineage) }];
  });
  const groups = seedGroups(described, ({ run: { dataset }, arm, lineage }) => ({ arm, dataset, lineage }));
  const networks = networkNames(store, described);
  const twinOf = twinsOf(store, described);
  // What has the same name without being the same is told apart by a number.
  const unique = numbered();
  return groups.flatMap((group) => {
    const first = group[0]!;
    const network = networks.get(first.training)!;
    const cut = cutOfRun(first);
    const name = unique(JSON.stringify([network, first.arm]), cut?.name ?? '', JSON.stringify(first.run.id));
    const names = cut ? { network, cut: { ...cut, name } } : { network: `${network}${name}`, cut };
    const input = inputOf(store.dataset(first.run.dataset));
    const forecast = verdictOf(forecastOf(first.network, input, store.probes.of({ dataset: first.run.dataset, network: first.network })));
    const { basis, ...facts } = factsOf(store, first, names.network, input);
    const rest = first.arm === 'unpruned' ? restOf(first) : '';
    const cuts = cut ? [{ name, words: first.prunings.map(cutInWords).join('; then ') }] : [];
    return group.map((one): ReadOutcome => {
      const { run, arm } = one;
      const twin = twinOf(one);
      const { result, unsettled } = resultOf(store, run);
      const { id, status, error } = run;
      const { seed } = run.spec;
      return {
        outcome: { id, ...names, forecast, arm, seed, twin, result },
        run: { id, network: names.network, arm, pruning: names.cut?.name ?? null, seed, twin, status, error, ...facts, result },
        apart: { rest, basis, unsettled },
        cuts,
      };
    });
  });
}

/** What follows from the specs alone, and so is the same for all seeds. */
function factsOf(store: Store, { run, arm, network, prunings }: Described, name: string, input: InputShape) {
  // A small network from scratch is a control of every criterion that leaves it.
  const pruning = prunings.at(-1) && (arm === 'scratch' ? { ...prunings.at(-1)!, criterion: 'random' as const } : prunings.at(-1)!);
  const trained =
    run.spec.control || run.spec.pruning === null || run.cut ? run.spec.network : networkAfter(run.spec.network, run.spec.pruning);
  const found = forecastOf(trained, input, store.probes.of(begins(run)));
  const weakest = weakestOf(found);
  return {
    factors: factorsOf({ name, network, pruning: pruning ?? null, training: run.spec.training, dataset: store.dataset(run.dataset).name }),
    gain: weakest && weakest.gain,
    overCritical: gainOverCritical(trained, input),
    forecast: verdictOf(found),
    basis: found.basis,
  };
}

const verdictOf = ({ verdict, basis }: NetworkForecast): Verdict | null => (basis === 'nothing' ? null : verdict);

/** A network with layers of its own is like no other. */
function restOf({ run, network }: Described): string {
  const family = familyOfNetwork(network);
  return JSON.stringify([run.dataset, run.spec.training, family ? [family.classDim, family.decoder] : network]);
}

/** A key takes as long as reading a run, and of thousands of runs most differ in the seed alone. */
function trainingKeys(): (run: StoredRun, lineage: readonly RunSpec[]) => string {
  const known = new Map<string, string>();
  return ({ dataset }, lineage) => {
    const unseeded = lineage.map((spec) => ({ ...spec, seed: 0 }));
    const text = JSON.stringify([dataset, unseeded]);
    const key = known.get(text) ?? twinKey({ dataset, lineage: unseeded });
    known.set(text, key);
    return key;
  };
}

/** The twins of these runs: nearly all are among them, and the others are looked for in the store. */
function twinsOf(store: Store, described: readonly Described[]): (run: Described) => string | null {
  const key = ({ run: { study, spec }, training }: Described) => JSON.stringify([study, spec.seed, training]);
  const unpruned = Map.groupBy(
    described.filter(({ arm }) => arm === 'unpruned'),
    key,
  );
  return (one) => (one.arm === 'unpruned' ? null : (unpruned.get(key(one))?.[0]!.run.id ?? store.twinOf(one.run.id)));
}

/** Names of networks by what they share in training. */
function networkNames(store: Store, described: readonly Described[]): Map<string, string> {
  const unique = numbered();
  const names = new Map<string, string>();
  for (const one of described) {
    const key = one.training;
    if (!names.has(key)) names.set(key, unique('', nameInStudy(store, one.run) ?? networkName(one.network), key));
  }
  return names;
}

/** As the study that the run belongs to names its networks. */
function nameInStudy(store: Store, { study, key }: StoredRun): string | null {
  const index = /^network (\d+)\//.exec(key)?.[1];
  const network = study === null || index === undefined ? undefined : networksOf(store.studies.get(study).spec.networks)[Number(index)];
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

function cutOfRun({ arm, run, network, prunings }: Described): OutcomeCut | null {
  const last = prunings.at(-1);
  if (!last) return null;
  const { firstEpoch, training } = run.spec;
  const startsAfresh = arm !== 'scratch' && last.capsuleLayers === 'reinitialise';
  return { ...cutsOf(network, prunings), afresh: startsAfresh ? { epochs: training.epochs, of: firstEpoch + training.epochs } : null };
}

/** Of a network that has been cut several times, all of its cuts as one. */
function cutsOf(network: NetworkSpec, prunings: readonly PruningSpec[]): Omit<OutcomeCut, 'afresh'> {
  let left = network;
  const cuts = prunings.map((pruning) => {
    const cut = cutOf(left, pruning);
    left = networkAfter(left, pruning);
    return cut;
  });
  const joined = (of: (cut: Omit<OutcomeCut, 'afresh'>) => string) => cuts.map(of).join(', then ');
  return { name: joined(({ name }) => name), extent: joined(({ extent }) => extent), remaining: cuts.at(-1)!.remaining };
}

function resultOf(store: Store, { id, status, spec }: StoredRun): Pick<Outcome, 'result'> & Pick<Tested, 'unsettled'> {
  const evaluation = status === 'finished' ? store.results.evaluation(id) : null;
  if (!evaluation) return { result: null, unsettled: false };
  const inactive = countAsMeasured(evaluation.activity, spec.training.measure);
  // Of thousands of runs, looked up only where it can matter.
  const trained = isStuck(evaluation.margin) ? store.results.trainedMargin(id) : null;
  return {
    result: { accuracy: evaluation.accuracy, inactiveShare: inactiveShare(inactive), collapsed: hasCollapsed(inactive) },
    unsettled: trained !== null && isUnsettled(trained, evaluation.margin),
  };
}
