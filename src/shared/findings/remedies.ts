/** What could be tried with a network whose activity vanishes or training that diverges, each as the change that it is. */
import { forecast } from '../forecast/forecast.ts';
import type { Verdict } from '../forecast/verdict.ts';
import { networkAfter } from '../pruning-plan.ts';
import type { InputShape, NetworkSpec } from '../spec/network.ts';
import { PruningSpec } from '../spec/pruning.ts';
import type { RunSpec } from '../spec/run.ts';
import type { TrainingSpec } from '../spec/training.ts';
import type { Finding } from './finding.ts';
import { intermediateOf, weakestOf } from '../forecast/sentence.ts';

export interface Remedy {
  /** What is done, e.g. "D = 8". */
  name: string;
  /** The network to train instead; null: the same. */
  network: NetworkSpec | null;
  /** Settings to train with instead; null: the same. */
  training: Partial<TrainingSpec> | null;
  /** A cut; null: none. */
  pruning: PruningSpec | null;
  /** Of the network that comes of it: the intermediate layer that is weakest, and what the spec alone says of the whole. Null where the network is the same. */
  forecast: { gain: number; criticalGain: number; verdict: Verdict } | null;
}

/** Above the critical gain by so much a fresh network is on the safe side, and routing is far from saturated. */
const ABOVE = 1.2;
const LARGEST = { dim: 64, iterations: 8 };

export function remediesFor(
  { network, training }: Pick<RunSpec, 'network' | 'training'>,
  input: InputShape,
  findings: readonly Finding[],
): Remedy[] {
  const kinds = new Set(findings.map(({ kind }) => kind));
  if (kinds.has('diverged')) return slower(training);
  if (!kinds.has('inactive') && !kinds.has('falling')) return [];
  return [
    ...largerDimension(network, input),
    ...fewerTypes(network, input),
    ...moreIterations(network, input),
    ...initialGain(network, input),
    ...sensitiveSquash(network, input),
    ...cut(network, input),
    ...redundancyTerm(training),
  ];
}

function slower({ learningRate }: TrainingSpec): Remedy[] {
  const unchanged = { network: null, pruning: null, forecast: null };
  return [
    { ...unchanged, name: `learning rate ${learningRate / 10}`, training: { learningRate: learningRate / 10 } },
    { ...unchanged, name: 'warm-up over 500 steps', training: { warmUp: 500 } },
  ];
}

/** The paper's α. Where the margin loss has no gradient left, this term alone steers: it aligns the maps, votes agree, and the network wakes. */
const CCM = 0.01;

const redundancyTerm = ({ ccm }: TrainingSpec): Remedy[] =>
  ccm > 0 ? [] : [{ name: `CCM term, α = ${CCM}`, network: null, training: { ccm: CCM }, pruning: null, forecast: null }];

type Offer = (network: NetworkSpec, input: InputShape) => Remedy[];

/** Nothing where what would come of it cannot be built, or has no intermediate layers. */
function remedy(name: string, network: NetworkSpec, input: InputShape, pruning: PruningSpec | null = null): Remedy[] {
  const found = forecast(pruning ? networkAfter(network, pruning) : network, input);
  const weakest = weakestOf(found);
  if (!weakest) return [];
  const { gain, criticalGain } = weakest;
  return [{ name, network: pruning ? null : network, training: null, pruning, forecast: { gain, criticalGain, verdict: found.verdict } }];
}

/** The first of these that is forecast to stay, else the last; nothing when there are none. */
function firstToStay(candidates: Remedy[]): Remedy[] {
  return candidates.filter((one, i) => one.forecast?.verdict === 'stays' || i === candidates.length - 1).slice(0, 1);
}

const scaled = (network: NetworkSpec, what: 'types' | 'dim', by: (value: number) => number): NetworkSpec => ({
  ...network,
  primary: { ...network.primary, [what]: by(network.primary[what]) },
  intermediate: network.intermediate.map((layer) => ({ ...layer, [what]: by(layer[what]) })),
});

const largerDimension: Offer = (network, input) => {
  const { dim } = network.primary;
  const larger = [2, 4, 8].map((factor) => factor * dim).filter((to) => to <= LARGEST.dim);
  return firstToStay(
    larger.flatMap((to) =>
      remedy(
        `D = ${to}`,
        scaled(network, 'dim', (value) => Math.round((value * to) / dim)),
        input,
      ),
    ),
  );
};

const fewerTypes: Offer = (network, input) => {
  const { types } = network.primary;
  const fewer = [2, 4, 8].map((factor) => Math.floor(types / factor)).filter((to) => to >= 2);
  return firstToStay(
    fewer.flatMap((to) =>
      remedy(
        `N = ${to}`,
        scaled(network, 'types', (value) => Math.max(1, Math.round((value * to) / types))),
        input,
      ),
    ),
  );
};

const moreIterations: Offer = (network, input) => {
  const most = Math.max(0, ...network.intermediate.map(({ iterations }) => iterations));
  const more = Array.from({ length: Math.max(0, LARGEST.iterations - most) }, (_, i) => most + 1 + i);
  return firstToStay(
    more.flatMap((iterations) =>
      remedy(
        `${iterations} routing iterations`,
        { ...network, intermediate: network.intermediate.map((layer) => ({ ...layer, iterations })) },
        input,
      ),
    ),
  );
};

const initialGain: Offer = (network, input) => {
  const needed = intermediateOf(forecast(network, input)).map(({ criticalGain }) => criticalGain);
  const gain = Number((ABOVE * Math.max(...needed)).toFixed(2));
  return needed.length > 0 ? remedy(`initial gain ${gain}`, { ...network, initialisation: { gain } }, input) : [];
};

const sensitiveSquash: Offer = (network, input) =>
  network.squash === 'sensitive' ? [] : remedy('sensitive squash', { ...network, squash: 'sensitive' }, input);

const cut: Offer = (network, input) =>
  remedy('pruned at 0.5', network, input, PruningSpec.parse({ criterion: 'chip', backbone: 0.5, capsules: 0.5 }));
