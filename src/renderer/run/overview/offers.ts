/** What can be tried about a finding: each remedy with what it would cost, and all of them as one study. */
import type { RunDetail, RunSummary } from '../../../shared/contract/index.ts';
import { describe } from '../../../shared/describe.ts';
import { divergenceOf } from '../../../shared/findings/divergence.ts';
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
  /** How long it will take; null when there is nothing to go by. */
  seconds: number | null;
  /** From the run's last checkpoint, not from the beginning. */
  goesOn?: true;
}

interface Known {
  /** Training images per epoch. */
  images: number;
  /** Forward operations trained through per second; null when none was measured. */
  rate: number | null;
  runs: ReadonlyMap<string, RunSummary>;
}

/** What is forecast to help comes first, and of that what costs least. */
export function offersOf(run: RunDetail, { images, rate, runs }: Known): Offer[] {
  const flops = (network: NetworkSpec) => describe(network, run.input).flops;
  const offers = run.remedies.map((remedy) => {
    const network = remedy.network ?? (remedy.pruning ? networkAfter(run.spec.network, remedy.pruning) : null);
    const seconds = epochSeconds(images, flops(network ?? run.spec.network), rate);
    const { epochs } = run.spec.training;
    return { remedy, network, detail: detailOf(remedy, run.summary, runs), seconds: seconds && seconds * epochs };
  });
  const doubtful = ({ remedy: { forecast } }: Offer) => Number(forecast !== null && forecast.verdict !== 'stays');
  return [...goingOn(run, { images, rate }), ...offers.sort((a, b) => doubtful(a) - doubtful(b) || (a.seconds ?? 0) - (b.seconds ?? 0))];
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
      seconds: seconds && seconds * (lastEpoch - epoch),
      goesOn: true,
    },
  ];
}

function detailOf({ forecast, training }: Remedy, run: RunSummary, runs: ReadonlyMap<string, RunSummary>): string {
  if (forecast) return `gain ${forecast.gain.toFixed(2)}, critical ${forecast.criticalGain.toFixed(2)}`;
  if (training?.ccm === undefined) return 'the same network';
  const like = withTermLike(run, runs);
  if (like.length === 0) return 'none like it has been tried';
  const active = like.filter(({ health }) => !health?.kinds.includes('inactive')).length;
  return `${count(active)} of ${count(like.length)} like it stayed active`;
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
