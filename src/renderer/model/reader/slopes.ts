/** Every run beside its own twin: a line per network and seed, an arm at a time. */
import type { Arm } from '../../../shared/spec/arms.ts';
import { meanOf } from '../../../shared/statistics/moments.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { inArmOrder } from './arms.ts';
import { MOST_MARKS, type RunsById } from './values.ts';

export interface Slope {
  run: StudyRun;
  /** The run and its twin; of several runs, all of them. */
  ids: string[];
  from: number;
  to: number;
}

export interface ArmSlopes {
  arm: Arm;
  slopes: Slope[];
  /** Mean difference; over the networks where there are several. */
  mean: number;
}

export function slopesOf(runs: readonly StudyRun[], all: RunsById, measure: 'accuracy' | 'inactiveShare', most = MOST_MARKS): ArmSlopes[] {
  const pairs = runs.flatMap((run): Slope[] => {
    const twin = run.twin === null ? undefined : all.get(run.twin);
    return run.result && twin?.result ? [{ run, ids: [run.id, twin.id], from: twin.result[measure], to: run.result[measure] }] : [];
  });
  const drawn = pairs.length > most ? meansOf(pairs) : pairs;
  return inArmOrder(pairs.map(({ run }) => run.arm)).map((arm) => {
    const slopes = drawn.filter(({ run }) => run.arm === arm);
    const networks = [...Map.groupBy(slopes, ({ run }) => run.network).values()];
    return { arm, slopes, mean: meanOf(networks.map((group) => meanOf(group.map(({ from, to }) => to - from)))) };
  });
}

function meansOf(slopes: readonly Slope[]): Slope[] {
  const groups = Map.groupBy(slopes, ({ run: { network, arm, pruning } }) => JSON.stringify([network, arm, pruning]));
  return [...groups.values()].map((group) => ({
    run: group[0]!.run,
    ids: group.flatMap(({ ids }) => ids),
    from: meanOf(group.map(({ from }) => from)),
    to: meanOf(group.map(({ to }) => to)),
  }));
}

/**
 * The line that is pointed at. @param across place between the ends, from 0 to 1. @param off how far a value's place is from the
 * pointer. @param most so near it has to be.
 */
export function nearestSlope(slopes: readonly Slope[], across: number, off: (value: number) => number, most: number): Slope | null {
  if (across < -0.1 || across > 1.1) return null;
  let [found, least]: [Slope | null, number] = [null, most];
  for (const slope of slopes) {
    const distance = Math.abs(off(slope.from + across * (slope.to - slope.from)));
    if (distance <= least) [found, least] = [slope, distance];
  }
  return found;
}
