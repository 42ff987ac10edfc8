/**
 * Where networks of a study stop being active, measured: the value of a number of theirs that parts those whose last intermediate
 * layer is active, with most of its types, from those where it is not. Each network counts once, by the mean over its seeds.
 */
import { meanOf } from '../../src/shared/statistics/moments.ts';
import { randomStream } from '../../src/shared/random.ts';
import type { FactorValue } from '../../src/shared/study-factors.ts';
import {
  predictors,
  type Border,
  type BorderRow,
  type Borders,
  type Moment,
  type Parting,
  type Predictor,
  type ReplicationRun,
} from './result.ts';

/** A network: its number, and whether its last layer is active. */
export interface Placed {
  at: number;
  active: boolean;
}

/**
 * The border that puts the fewest networks on the wrong side, active ones above it: halfway, in logarithms, between its neighbours;
 * of several that are as good, the one in the middle. Infinite where it is best to have all of them on one side.
 */
export function bestBorder(placed: readonly Placed[]): { value: number; misplaced: number } {
  const values = [...new Set(placed.map(({ at }) => at))].sort((a, b) => a - b);
  const borders = [0, ...values.slice(1).map((value, i) => Math.sqrt(value * values[i]!)), Infinity];
  const wrong = borders.map((border) => placed.filter(({ at, active }) => active !== at > border).length);
  const misplaced = Math.min(...wrong);
  const best = borders.filter((_, i) => wrong[i] === misplaced);
  return { value: best[Math.floor((best.length - 1) / 2)]!, misplaced };
}

const RESAMPLES = 2000;

export function borderOf(placed: readonly Placed[]): Border {
  const { value, misplaced } = bestBorder(placed);
  const stream = randomStream(1, 'border');
  const draw = () => placed.map(() => placed[stream.int(0, placed.length - 1)]!);
  const values = Array.from({ length: RESAMPLES }, () => bestBorder(draw()).value).sort((a, b) => a - b);
  const at = (share: number) => known(quantile(values, share));
  return { value: known(value), low: at(0.025), high: at(0.975), misplaced };
}

const known = (value: number): number | null => (value > 0 && Number.isFinite(value) ? value : null);

interface Network {
  factors: ReplicationRun['factors'];
  numbers: Record<Predictor, number>;
  active: Record<Moment, boolean>;
}

/** Share of active types from which on a layer counts as active. */
const HALF = 0.5;

function networksOf(runs: readonly ReplicationRun[]): Network[] {
  return [...Map.groupBy(runs, ({ network }) => network).values()].flatMap((ofNetwork): Network[] => {
    const { factors, gain, overCritical } = ofNetwork[0]!;
    const active = (moment: Moment) => meanOf(ofNetwork.map(({ lastActive }) => lastActive[moment] ?? 0)) >= HALF;
    if (gain === null || overCritical === null) return [];
    const number = (value: FactorValue | undefined) => Number(value);
    const numbers = { dim: number(factors.dim), types: number(factors.types), ratio: number(factors.ratio), gain, overCritical };
    return [{ factors, numbers, active: { start: active('start'), end: active('end') } }];
  });
}

const placedBy = (networks: readonly Network[], by: Predictor, moment: Moment): Placed[] =>
  networks.map(({ numbers, active }) => ({ at: numbers[by], active: active[moment] }));

/** Whichever way round it parts them better: more types, for one, are fewer active ones. */
function misplacedBy(networks: readonly Network[], by: Predictor, moment: Moment): number {
  const placed = placedBy(networks, by, moment);
  const turned = placed.map(({ at, active }) => ({ at: 1 / at, active }));
  return Math.min(bestBorder(placed).misplaced, bestBorder(turned).misplaced);
}

export function bordersOf(runs: readonly ReplicationRun[]): Borders {
  const networks = networksOf(runs);
  const kinds = [...Map.groupBy(networks, ({ factors }) => JSON.stringify([factors.squash, factors.iterations])).values()];
  const rows = kinds.flatMap((kind) => {
    const depths = [...new Set(kind.map(({ factors }) => Number(factors.depth)))].sort((a, b) => a - b);
    return [null, ...depths].map((depth): BorderRow => {
      const some = kind.filter(({ factors }) => depth === null || factors.depth === depth);
      const border = (moment: Moment) => borderOf(placedBy(some, 'overCritical', moment));
      const { squash, iterations } = some[0]!.factors;
      return {
        ...{ squash: String(squash), iterations: Number(iterations), depth, networks: some.length },
        ...{ start: border('start'), end: border('end') },
      };
    });
  });
  const deepest = Math.max(...networks.map(({ factors }) => Number(factors.depth)));
  return { rows, partings: [null, deepest].map((depth) => partingOf(networks, depth)) };
}

function partingOf(all: readonly Network[], depth: number | null): Parting {
  const networks = all.filter(({ factors }) => depth === null || factors.depth === depth);
  const misplaced = predictors.map((by) => ({
    by,
    start: misplacedBy(networks, by, 'start'),
    end: misplacedBy(networks, by, 'end'),
  }));
  const stream = randomStream(1, 'parting');
  const draw = () => networks.map(() => networks[stream.int(0, networks.length - 1)]!);
  const advantages = Array.from({ length: RESAMPLES }, () => {
    const drawn = draw();
    return misplacedBy(drawn, 'ratio', 'start') - misplacedBy(drawn, 'overCritical', 'start');
  }).sort((a, b) => a - b);
  return { depth, networks: networks.length, misplaced, advantage: [quantile(advantages, 0.025), quantile(advantages, 0.975)] };
}

const quantile = (sorted: readonly number[], share: number): number => sorted[Math.round(share * (sorted.length - 1))]!;
