/** A run as a stretch of a network's whole life: what it was cut from stands before it. */
import type { RunDetail, StepPoint } from '../../../shared/contract/index.ts';
import type { EpochMetrics } from '../../../shared/results.ts';
import { byEpoch, type Place } from '../../charts/crosshair.svelte.ts';

/** One run of the line, with those of its epochs that the next one goes on from. */
export interface Stretch {
  run: RunDetail;
  epochs: readonly EpochMetrics[];
}

/** @param line the runs that it goes back to, from the first on, and itself */
export function stretchesOf(line: readonly RunDetail[]): Stretch[] {
  return line.map((run, i) => {
    const end = line[i + 1]?.spec.firstEpoch ?? Infinity;
    return { run, epochs: run.epochs.filter(({ epoch }) => epoch <= end) };
  });
}

export const epochsOf = (stretches: readonly Stretch[]): EpochMetrics[] => stretches.flatMap(({ epochs }) => epochs);

/** After which epochs one run handed over to the next, and what was done then. */
export const handOvers = (line: readonly RunDetail[]): { epoch: number; label: string }[] =>
  line.slice(1).map(({ spec }) => ({ epoch: spec.firstEpoch, label: spec.pruning ? 'cut' : 'goes on' }));

export const axisKinds = ['epoch', 'step', 'time'] as const;
export type AxisKind = (typeof axisKinds)[number];

/** @param stepsPerEpoch of each stretch; null where it is not known, and then there is no axis of steps */
export function placeBy(
  kind: AxisKind,
  stretches: readonly Stretch[],
  stepsPerEpoch: readonly number[] | null,
  points: readonly StepPoint[],
): Place {
  if (kind === 'epoch') return byEpoch;
  const growth = stretches.flatMap(({ run, epochs }, i) =>
    epochs.map(({ epoch, seconds }) => ({
      epoch,
      by: kind === 'time' ? seconds : (stepsPerEpoch?.[i] ?? 1),
      batch: run.spec.training.batch,
    })),
  );
  const last = points.at(-1);
  const steps = stepsPerEpoch?.at(-1) ?? null;
  // Of an epoch of which only steps are known.
  const batch = stretches.at(-1)?.run.spec.training.batch ?? 1;
  const ahead = kind === 'step' ? (steps ?? 1) : last && steps && last.imagesPerSecond > 0 ? (steps * batch) / last.imagesPerSecond : 1;
  return along(
    growth.map(({ epoch, by }) => ({ epoch, by })),
    ahead,
  );
}

/** Straight from epoch to epoch, each as long as `by`; beyond them by `ahead` an epoch where there is none to go by. */
export function along(growth: readonly { epoch: number; by: number }[], ahead: number): Place {
  const knots = [{ epoch: (growth[0]?.epoch ?? 1) - 1, x: 0 }];
  for (const { epoch, by } of growth) knots.push({ epoch, x: knots.at(-1)!.x + by });
  const end = knots.at(-1)!;
  const slope = growth.at(-1)?.by ?? ahead;
  return {
    of: (epoch) => {
      const i = knots.findIndex((knot) => knot.epoch >= epoch);
      if (i < 0) return end.x + (epoch - end.epoch) * slope;
      if (i === 0) return knots[0]!.x;
      const [a, b] = [knots[i - 1]!, knots[i]!];
      return a.x + ((epoch - a.epoch) / (b.epoch - a.epoch)) * (b.x - a.x);
    },
    back: (x) => {
      const i = knots.findIndex((knot) => knot.x >= x);
      if (i < 0) return slope > 0 ? end.epoch + (x - end.x) / slope : end.epoch;
      if (i === 0) return knots[0]!.epoch;
      const [a, b] = [knots[i - 1]!, knots[i]!];
      return b.x > a.x ? a.epoch + ((x - a.x) / (b.x - a.x)) * (b.epoch - a.epoch) : b.epoch;
    },
  };
}

/** Exponential moving average without its bias at the start; `share` of what was before stays at every point. */
export function smoothed<T extends { y: number }>(points: readonly T[], share: number): T[] {
  let [sum, weight] = [0, 0];
  return points.map((point) => {
    sum = share * sum + (1 - share) * point.y;
    weight = share * weight + (1 - share);
    return { ...point, y: sum / weight };
  });
}
