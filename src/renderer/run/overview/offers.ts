/** What can be tried about a finding: each remedy with what it would cost, and all of them as one study. */
import type { RunDetail, RunSummary } from '../../../shared/contract/index.ts';
import { describe } from '../../../shared/describe.ts';
import { divergenceOf } from '../../../shared/findings/divergence.ts';
import type { Verdict } from '../../../shared/forecast/verdict.ts';
import type { Remedy } from '../../../shared/findings/remedies.ts';
import { count } from '../../../shared/present/format.ts';
import { networkAfter } from '../../../shared/pruning-plan.ts';
import type { NetworkSpec } from '../../../shared/spec/network.ts';
import { StudySpec } from '../../../shared/spec/study.ts';
import { TrainingSpec } from '../../../shared/spec/training.ts';
import { epochSeconds } from '../../model/estimate.ts';

export interface Offer {
  remedy: Remedy;
  /** That comes of it; null where the network is the same. */
  network: NetworkSpec | null;
  /** What speaks for it, beside its forecast. */
  detail: string;
  /** Others like it that were trained, and how many of them stayed active; null where nothing is counted. */
  tried: Tried | null;
  /** How long it will take; null when there is nothing to go by. */
  seconds: number | null;
  /** From the run's last checkpoint, not from the beginning. */
  goesOn?: true;
}

interface Tried {
  of: number;
  active: number;
}

/** So many that all failed are evidence against it. */
const SEVERAL = 3;

interface Known {
  /** Training images per epoch. */
  images: number;
  /** Forward operations trained through per second; null when none was measured. */
  rate: number | null;
  runs: ReadonlyMap<string, RunSummary>;
}

/** What costs least comes first, by operations: how fast they are is measured only later. What never helped is left out. */
export function offersOf(run: RunDetail, { images, rate, runs }: Known): Offer[] {
  const flops = (network: NetworkSpec) => describe(network, run.input).flops;
  const offers = run.remedies.map((remedy) => {
    const network = remedy.network ?? (remedy.pruning ? networkAfter(run.spec.network, remedy.pruning) : null);
    const operations = flops(network ?? run.spec.network);
    const seconds = epochSeconds(images, operations, rate);
    const { epochs } = run.spec.training;
    const tried = triedOf(remedy, run.summary, runs);
    return { operations, offer: { remedy, network, detail: detailOf(remedy, tried), tried, seconds: seconds && seconds * epochs } };
  });
  const cheapest = offers.sort((a, b) => a.operations - b.operations).map(({ offer }) => offer);
  return [...goingOn(run, { images, rate }), ...cheapest.filter(({ tried }) => !tried || tried.active > 0 || tried.of < SEVERAL)];
}

/**
 * What is most likely to help comes first, else as they are.
 * @param seen What images said of a network; null if they were not looked at. Asked here, so that the order is the same later, when
 * the forecasts of the remedies themselves go by images.
 */
export function inOrder(offers: readonly Offer[], seen: (network: NetworkSpec) => Verdict | null): Offer[] {
  return offers.toSorted((a, b) => doubt(a, seen) - doubt(b, seen));
}

const doubts: Record<Verdict, number> = { stays: 0, open: 1, vanishes: 2 };

function doubt({ remedy: { forecast, pruning }, network, tried, goesOn }: Offer, seen: (network: NetworkSpec) => Verdict | null): number {
  if (goesOn) return -1;
  if (forecast) return doubts[(network && !pruning ? seen(network) : null) ?? forecast.verdict];
  if (!tried || tried.of === 0) return doubts.open;
  return doubts[2 * tried.active > tried.of ? 'stays' : tried.active > 0 ? 'open' : 'vanishes'];
}

/** What diverged late has learnt something before, and need not begin again. */
function goingOn({ summary, spec, input }: RunDetail, { images, rate }: Pick<Known, 'images' | 'rate'>): Offer[] {
  const { status, resumable, epoch, lastEpoch, error } = summary;
  if (status !== 'failed' || !resumable || epoch === 0 || error === null || !divergenceOf(error)) return [];
  const learningRate = Number((spec.training.learningRate / 10).toPrecision(3));
  const seconds = epochSeconds(images, describe(spec.network, input).flops, rate);
  const name = `go on from epoch ${epoch} at ${learningRate}`;
  return [
    {
      remedy: { name, network: null, training: { learningRate }, pruning: null, forecast: null },
      network: null,
      detail: 'what it has learnt stays',
      tried: null,
      seconds: seconds && seconds * (lastEpoch - epoch),
      goesOn: true,
    },
  ];
}

function detailOf({ forecast }: Remedy, tried: Tried | null): string {
  if (forecast) return `gain ${forecast.gain.toFixed(2)}, critical ${forecast.criticalGain.toFixed(2)}`;
  if (!tried) return 'the same network';
  return tried.of === 0 ? 'none like it has been tried' : `${count(tried.active)} of ${count(tried.of)} like it stayed active`;
}

function triedOf({ training }: Remedy, run: RunSummary, runs: ReadonlyMap<string, RunSummary>): Tried | null {
  if (training?.ccm === undefined) return null;
  const like = withTermLike(run, runs);
  return { of: like.length, active: like.filter(({ health }) => !health?.kinds.includes('inactive')).length };
}

/** Finished runs of as large a network on the same images that began with the CCM term. */
function withTermLike({ network, dataset }: RunSummary, runs: ReadonlyMap<string, RunSummary>): RunSummary[] {
  return [...runs.values()].filter(
    (other) =>
      other.status === 'finished' &&
      (other.arm === 'source' || other.arm === 'ccm') &&
      other.dataset.fingerprint === dataset.fingerprint &&
      (['types', 'dim', 'depth'] as const).every((size) => other.network[size] === network[size]),
  );
}

/** The network beside everything that would change it, cut and uncut, with the seed of the run and one more. */
export function studyOf({ spec, summary, remedies }: RunDetail): StudySpec {
  const { epochs, ccm, stopCollapsed, ...training } = spec.training;
  const cuts = remedies.flatMap(({ pruning }) => pruning ?? []);
  const own = remedies.find(({ training: changed }) => changed && changed.ccm === undefined)?.training ?? {};
  const train = Math.max(1, Math.ceil(epochs / 2));
  return StudySpec.parse({
    name: `What keeps ${nameOf(summary)} active`,
    networks: [spec.network, ...remedies.flatMap(({ network }) => network ?? [])],
    epochs: { train, fineTune: epochs - train },
    ...(ccm > 0 ? { ccm } : {}),
    training: { ...training, ...own },
    stopCollapsed,
    pruning: cuts,
    arms: cuts.length > 0 ? ['unpruned', 'ccm', 'pruned'] : ['unpruned'],
    // Two are the fewest with an interval, and the networks are many: more are added where the study is designed.
    seeds: [spec.seed, spec.seed + 1].map((seed) => seed % 2 ** 32),
  });
}

export const nameOf = ({ network: { types, dim, depth } }: Pick<RunSummary, 'network'>): string => `N${types} D${dim} L${depth}`;

/** Settings with which the remedy is trained. */
export const trainingWith = ({ training }: Remedy, own: TrainingSpec): TrainingSpec => TrainingSpec.parse({ ...own, ...training });
