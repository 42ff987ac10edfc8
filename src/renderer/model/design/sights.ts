/** What the forecast says of every network of a study, as it is built and after each of its cuts. */
import { gainRatio, type Basis, type NetworkForecast } from '../../../shared/forecast/forecast.ts';
import { intermediateOf, weakestOf } from '../../../shared/forecast/sentence.ts';
import type { Verdict } from '../../../shared/forecast/verdict.ts';
import { networkAfter } from '../../../shared/pruning-plan.ts';
import type { InputShape, NetworkFamily, NetworkSpec } from '../../../shared/spec/network.ts';
import { networksOf, type StudySpec } from '../../../shared/spec/study.ts';
import { inOneGo, type Steps } from '../../../shared/steps.ts';
import { extentOf, networkLabel, networkOfStudy, pruningSettings } from '../../../shared/study-plan.ts';
import { judge } from '../network.ts';
import { forecastOf } from '../remedies.ts';

export interface Sight {
  network: NetworkSpec;
  verdict: Verdict;
  /** Gain of the weakest layer over its critical gain; null without intermediate layers. */
  ratio: number | null;
  /** Of that layer. */
  gain: number | null;
  /** Mean length before training in each intermediate layer; null where it is not known. */
  lengths: (number | null)[];
  basis: Basis;
  flops: number;
  params: number;
  weightBytes: number;
}

export interface NetworkSight {
  label: string;
  /** As the study tells it: by its numbers, or layer by layer. */
  entry: NetworkFamily | NetworkSpec;
  /** Of the primary capsules. */
  types: number;
  dim: number;
  depth: number;
  /** What networks that differ in nothing but their depth share. */
  column: string;
  /** Null where it cannot be built for these images; `problem` says why. */
  built: Sight | null;
  problem: string | null;
  /** In the order of `cuts`; empty without a cut, null where that cannot be built. */
  after: (Sight | null)[];
}

export interface Sights {
  networks: NetworkSight[];
  /** Cuts that leave different networks: "b0.5 c0.5". */
  cuts: string[];
}

/** What images said of a network; null where they were not looked at. */
export type Known = (network: NetworkSpec) => NetworkForecast | null;

const nobody: Known = () => null;
const MOST_KEPT = 5000;
const kept = new Map<string, { sight: Omit<Sight, 'network'> | null; problem: string | null }>();

/** By gains it is worked out once for each network: chips are pressed faster than that. */
function sightOf(network: NetworkSpec, input: InputShape, known: Known): { sight: Sight | null; problem: string | null } {
  const key = JSON.stringify([network, input]);
  let found = kept.get(key);
  if (!found) {
    found = workOut(network, input);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, found);
  }
  const { sight, problem } = found;
  if (!sight) return { sight: null, problem };
  const seen = known(network);
  const looked = seen && { verdict: seen.verdict, lengths: lengthsOf(seen), basis: seen.basis };
  return { sight: { ...sight, ...looked, network }, problem };
}

function workOut(network: NetworkSpec, input: InputShape): { sight: Omit<Sight, 'network'> | null; problem: string | null } {
  const judged = judge(network, input);
  if (!judged.ok) return { sight: null, problem: [...judged.problems.values()][0] ?? 'it cannot be built' };
  const forecast = forecastOf(network, input)!;
  const weakest = weakestOf(forecast);
  const { flops, params, weightBytes } = judged.network;
  return {
    sight: {
      ...{ verdict: forecast.verdict, lengths: lengthsOf(forecast), basis: forecast.basis },
      ratio: weakest && gainRatio(weakest),
      gain: weakest && weakest.gain,
      ...{ flops, params, weightBytes },
    },
    problem: null,
  };
}

const lengthsOf = (forecast: NetworkForecast) => intermediateOf(forecast).map(({ closedForm, probe }) => probe?.mean ?? closedForm);

/** Throws a ZodError when a combination of a grid of cuts contradicts itself. */
export const sightsOf = (study: StudySpec, input: InputShape, known: Known = nobody): Sights => inOneGo(sightSteps(study, input, known));

/** The same, network by network. */
export function* sightSteps(study: StudySpec, input: InputShape, known: Known = nobody): Steps<Sights> {
  const cuts = distinct(pruningSettings(study.pruning), extentOf);
  const networks: NetworkSight[] = [];
  for (const [index, entry] of networksOf(study.networks).entries()) {
    const network = networkOfStudy(entry);
    const label = networkLabel(entry, index);
    const { sight, problem } = sightOf(network, input, known);
    const { types, dim } = network.primary;
    networks.push({
      ...{ label, entry, types, dim, depth: network.intermediate.length, built: sight, problem },
      column: label.replace(/ L\d+/, ''),
      after: cuts.map((cut) => sightOf(networkAfter(network, cut), input, known).sight),
    });
    yield;
  }
  return { networks, cuts: cuts.map(extentOf) };
}

function distinct<T>(items: readonly T[], kind: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [kind(item), item])).values()];
}

export type Counts = Record<Verdict, number>;

export function countVerdicts(sights: readonly (Sight | null)[]): Counts {
  const counts: Counts = { vanishes: 0, open: 0, stays: 0 };
  for (const sight of sights) if (sight) counts[sight.verdict]++;
  return counts;
}

/** Every network that a look at images would tell more of, each once, the deepest last: the first answers come soonest. */
export function networksToSee({ networks }: Sights): NetworkSpec[] {
  const all = networks.flatMap(({ built, after }) => [built, ...after]).filter((sight) => sight !== null && sight.lengths.length > 0);
  const once = new Map(all.map((sight) => [JSON.stringify(sight!.network), sight!.network]));
  return [...once.values()].sort((a, b) => a.intermediate.length - b.intermediate.length);
}
