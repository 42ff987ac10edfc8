/** What could be tried with a network whose activity vanishes or training that diverges, each as the change that it is. */
import type { Basis, NetworkForecast } from '../forecast/forecast.ts';
import type { Verdict } from '../forecast/verdict.ts';
import { networkAfter } from '../pruning-plan.ts';
import type { NetworkSpec } from '../spec/network.ts';
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
  /** Of the network that comes of it: the intermediate layer that is weakest, and the verdict on the whole. Null where the network is the same. */
  forecast: { gain: number; criticalGain: number; verdict: Verdict; basis: Basis } | null;
}

/** From images where they were looked at, else from the spec alone; with a cut, of the network that it leaves. */
export type Look = (network: NetworkSpec, cut: PruningSpec | null) => NetworkForecast;

/** Above the critical gain by so much a fresh network is on the safe side, and routing is far from saturated. */
const ABOVE = 1.2;
const LARGEST = { dim: 64, iterations: 8 };

export function remediesFor(
  { network, training, hadTerm }: Pick<RunSpec, 'network' | 'training'> & { /** Trained with the CCM term before. */ hadTerm?: boolean },
  look: Look,
  findings: readonly Finding[],
): Remedy[] {
  const kinds = new Set(findings.map(({ kind }) => kind));
  if (kinds.has('diverged')) return slower(training);
  if (!kinds.has('inactive') && !kinds.has('falling')) return [];
  return [
    ...largerDimension(network, look),
    ...fewerTypes(network, look),
    ...moreIterations(network, look),
    ...initialGain(network, look),
    ...sensitiveSquash(network, look),
    ...cut(network, look),
    ...(hadTerm ? [] : redundancyTerm(training)),
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

type Offer = (network: NetworkSpec, look: Look) => Remedy[];

/** Nothing where what would come of it cannot be built, or has no intermediate layers. */
function remedy(name: string, network: NetworkSpec, look: Look, pruning: PruningSpec | null = null): Remedy[] {
  const found = look(pruning ? networkAfter(network, pruning) : network, pruning);
  const weakest = weakestOf(found);
  if (!weakest) return [];
  const { gain, criticalGain } = weakest;
  return [
    {
      name,
      network: pruning ? null : network,
      training: null,
      pruning,
      forecast: { gain, criticalGain, verdict: found.verdict, basis: found.basis },
    },
  ];
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

const largerDimension: Offer = (network, look) => {
  const { dim } = network.primary;
  const larger = [2, 4, 8].map((factor) => factor * dim).filter((to) => to <= LARGEST.dim);
  return firstToStay(
    larger.flatMap((to) =>
      remedy(
        `D = ${to}`,
        scaled(network, 'dim', (value) => Math.round((value * to) / dim)),
        look,
      ),
    ),
  );
};

const fewerTypes: Offer = (network, look) => {
  const { types } = network.primary;
  const fewer = [2, 4, 8].map((factor) => Math.floor(types / factor)).filter((to) => to >= 2);
  return firstToStay(
    fewer.flatMap((to) =>
      remedy(
        `N = ${to}`,
        scaled(network, 'types', (value) => Math.max(1, Math.round((value * to) / types))),
        look,
      ),
    ),
  );
};

const moreIterations: Offer = (network, look) => {
  const most = Math.max(0, ...network.intermediate.map(({ iterations }) => iterations));
  const more = Array.from({ length: Math.max(0, LARGEST.iterations - most) }, (_, i) => most + 1 + i);
  return firstToStay(
    more.flatMap((iterations) =>
      remedy(
        `${iterations} routing iterations`,
        { ...network, intermediate: network.intermediate.map((layer) => ({ ...layer, iterations })) },
        look,
      ),
    ),
  );
};

const initialGain: Offer = (network, look) => {
  const needed = intermediateOf(look(network, null)).map(({ criticalGain }) => criticalGain);
  const gain = Number((ABOVE * Math.max(...needed)).toFixed(2));
  return needed.length > 0 ? remedy(`initial gain ${gain}`, { ...network, initialisation: { gain } }, look) : [];
};

const sensitiveSquash: Offer = (network, look) =>
  network.squash === 'sensitive' ? [] : remedy('sensitive squash', { ...network, squash: 'sensitive' }, look);

const cut: Offer = (network, look) =>
  remedy('pruned at 0.5', network, look, PruningSpec.parse({ criterion: 'chip', backbone: 0.5, capsules: 0.5 }));
