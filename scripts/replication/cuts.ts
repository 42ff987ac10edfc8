/** Cuts of a study. */
import type { ReplicationRun } from './result.ts';

const HALF = 0.5;

/** Name of the cut whose ratios are nearest to a half: where a study has several, the one that others take up. */
export function cutAtHalf(runs: readonly Pick<ReplicationRun, 'arm' | 'pruning' | 'factors'>[]): string | null {
  const distance = ({ factors: { backbone = 0, capsules = 0 } }: Pick<ReplicationRun, 'factors'>) =>
    Math.abs(Number(backbone) - HALF) + Math.abs(Number(capsules) - HALF);
  const pruned = runs.filter(({ arm }) => arm === 'pruned');
  return pruned.length === 0 ? null : pruned.reduce((a, b) => (distance(b) < distance(a) ? b : a)).pruning;
}
