/** How many runs a study is, and what they will take of time and disk. */
import type { DatasetSummary, RunSummary } from '../../../shared/contract/index.ts';
import { describe } from '../../../shared/describe.ts';
import { measuredNetwork } from '../../../shared/speed-probe.ts';
import { networkAfter } from '../../../shared/pruning-plan.ts';
import { networkOf, type InputShape, type NetworkSpec } from '../../../shared/spec/network.ts';
import { networksOf, type StudySpec } from '../../../shared/spec/study.ts';
import { inOneGo, type Steps } from '../../../shared/steps.ts';
import { planSteps, type PlannedRun } from '../../../shared/study-plan.ts';
import { count, percent } from '../../../shared/present/format.ts';

export interface Account {
  networks: number;
  /** Runs of each network with each seed, as few and as many as there are. */
  each: [least: number, most: number];
  /** Whether one of them is the source of the cuts. */
  source: boolean;
  seeds: number;
  runs: number;
  /** Of the first seed: the others repeat them. */
  plan: PlannedRun[];
}

/** Throws a ZodError when a combination of a grid of cuts contradicts itself. */
export const accountOf = (study: StudySpec): Account => inOneGo(accountSteps(study));

export function* accountSteps(study: StudySpec): Steps<Account> {
  const seeds = study.seeds.length;
  const plan = yield* planSteps({ ...study, seeds: study.seeds.slice(0, 1) });
  const each = [...Map.groupBy(plan, ({ key }) => key.split('/')[0]!).values()].map(({ length }) => length);
  return {
    ...{ networks: networksOf(study.networks).length, seeds, runs: plan.length * seeds, plan },
    each: [Math.min(...each), Math.max(...each)],
    source: plan.some(({ role }) => role === 'source'),
  };
}

interface Size {
  flops: number;
  weightBytes: number;
}
const sizes = new Map<string, Size>();

/** Of the network that is trained; it can be built. */
function sizeOf(network: NetworkSpec, input: InputShape): Size {
  const key = JSON.stringify([network, input]);
  let size = sizes.get(key);
  if (!size) {
    const { flops, weightBytes } = describe(network, input);
    if (sizes.size > 5000) sizes.clear();
    sizes.set(key, (size = { flops, weightBytes }));
  }
  return size;
}

/** What a run of so many epochs computes, in forward operations: training images, and a third of that for each one it is tested on. */
export const workOf = (flops: number, epochs: number, train: number, test: number): number => flops * epochs * (train + test / 3);

/** How fast this machine is, in work per second: the middle, and between what half of the runs were. */
export interface Speed {
  middle: number;
  low: number;
  high: number;
  /** What it is known from: so many runs, or the two-second probe of the engine. */
  from: number | 'probe';
}

/** Runs that are looked at: the latest, because machine and engine may have changed. */
const RECENT = 30;

/** Seconds from which on a run tells how fast the machine is: a shorter one is mostly its beginning and end. */
const LONG = 5;

/**
 * From start to end, tests and measurements included; each run counts by what it has computed, so that many small ones say no
 * more than they have to say. Null when no run that was long enough has ended here. @param least seconds that a run took.
 */
export function measuredSpeed(runs: Iterable<RunSummary>, datasets: readonly DatasetSummary[], least = LONG): Speed | null {
  const images = new Map(datasets.map(({ fingerprint, train, test }) => [fingerprint, { train, test }]));
  // Epochs that were done, not those that were planned: a collapsed run may have ended early.
  const ended = [...runs].filter((run) => run.status === 'finished' && run.started && run.ended && run.epoch > run.firstEpoch);
  const told = ended.flatMap(({ dataset, flops, epoch, firstEpoch, started, ended: end }) => {
    const of = images.get(dataset.fingerprint);
    const seconds = (Date.parse(end!) - Date.parse(started!)) / 1000;
    if (!of || seconds <= 0 || seconds < least) return [];
    const work = workOf(flops, epoch - firstEpoch, of.train, of.test);
    return [{ work, speed: work / seconds, end: end! }];
  });
  const latest = told.sort((a, b) => (a.end < b.end ? 1 : a.end > b.end ? -1 : 0)).slice(0, RECENT);
  if (latest.length === 0) return null;
  const speeds = latest.sort((a, b) => a.speed - b.speed);
  const whole = speeds.reduce((sum, { work }) => sum + work, 0);
  /** The speed below which this share of the work was done. */
  const at = (share: number) => {
    let below = 0;
    return speeds.find(({ work }) => (below += work) >= share * whole)?.speed ?? speeds.at(-1)!.speed;
  };
  return { middle: at(0.5), low: at(0.25), high: at(0.75), from: speeds.length };
}

/** From the speed that the engine was measured at, on its small network. */
export function probedSpeed(imagesPerSecond: number | null | undefined): Speed | null {
  if (imagesPerSecond === null || imagesPerSecond === undefined) return null;
  const { network, input } = measuredNetwork;
  const rate = imagesPerSecond * describe(networkOf(network), input).flops;
  return { middle: rate, low: rate, high: rate, from: 'probe' };
}

/** What times are known from, and how far they may be off. */
export function speedBasis(speed: Speed | null): string {
  if (!speed) return 'no run has ended here yet';
  if (speed.from === 'probe') return 'from a probe of two seconds; a first run will tell better';
  // One run has no spread.
  if (speed.from === 1) return 'from 1 earlier run';
  const spread = Math.max(speed.high / speed.middle, speed.middle / speed.low) - 1;
  return `±${percent(spread, 0)}, from ${count(speed.from)} earlier runs`;
}

export interface Cost {
  /** Work of all runs that are to be done, and of those of each depth. */
  work: number;
  byDepth: { depth: number; work: number }[];
  /** Weights and what is kept of the test, of all of these runs. */
  bytes: number;
}

/** @param done keys of runs that need not be done. */
export function* costSteps(
  account: Account,
  study: StudySpec,
  { input, train, test, classes }: { input: InputShape; train: number; test: number; classes: number },
  done: ReadonlySet<string>,
): Steps<Cost> {
  const depths = new Map<number, number>();
  let bytes = 0;
  const validation = study.training.validation * train;
  for (const { key, spec } of account.plan) {
    const again = study.seeds.filter((seed) => !done.has(key.replace(/\/seed \d+\//, `/seed ${seed}/`))).length;
    if (again === 0) continue;
    const trained = spec.pruning ? networkAfter(spec.network, spec.pruning) : spec.network;
    const { flops, weightBytes } = sizeOf(trained, input);
    const depth = spec.network.intermediate.length;
    const work = again * workOf(flops, spec.training.epochs, train - validation, test + validation);
    depths.set(depth, (depths.get(depth) ?? 0) + work);
    bytes += again * (weightBytes + 4 * test * classes);
    yield;
  }
  const byDepth = [...depths].map(([depth, work]) => ({ depth, work })).sort((a, b) => a.depth - b.depth);
  return { work: byDepth.reduce((sum, { work }) => sum + work, 0), byDepth, bytes };
}

/** Of a study on several data sets; null where none can be told. */
export function costsTogether(costs: readonly Cost[]): Cost | null {
  if (costs.length === 0) return null;
  const depths = new Map<number, number>();
  for (const { depth, work } of costs.flatMap(({ byDepth }) => byDepth)) depths.set(depth, (depths.get(depth) ?? 0) + work);
  const sum = (of: (one: Cost) => number) => costs.reduce((total, one) => total + of(one), 0);
  return { work: sum((one) => one.work), bytes: sum((one) => one.bytes), byDepth: [...depths].map(([depth, work]) => ({ depth, work })) };
}

export interface Duration {
  seconds: number;
  /** Half of the runs from which it is known say between these. */
  range: [shortest: number, longest: number];
}

export const durationOf = (work: number, { middle, low, high }: Speed): Duration => ({
  seconds: work / middle,
  range: [work / high, work / low],
});
