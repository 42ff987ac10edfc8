/** Do all networks fall on one curve over gain ÷ critical gain? Which arm does not, and so does something that is not in the gain? */
import type { Arm } from '../../../shared/spec/arms.ts';
import { meanOf } from '../../../shared/statistics/moments.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { inArmOrder, shortNames } from './arms.ts';

/** Share of inactive capsules at which a network counts as more gone than there. */
const HALF = 0.5;

export interface Deviation {
  arm: Arm;
  /** Networks below the critical gain by their gain as trained, and those of them that are active for the most part. */
  below: number;
  active: number;
  /** The same above it, and those that are mostly inactive. */
  above: number;
  inactive: number;
}

export function deviationsOf(runs: readonly StudyRun[]): Deviation[] {
  const known = runs.filter(({ overCritical, result }) => overCritical !== null && result !== null);
  return inArmOrder(known.map(({ arm }) => arm)).map((arm) => {
    const networks = [
      ...Map.groupBy(
        known.filter((run) => run.arm === arm),
        ({ network, pruning }) => JSON.stringify([network, pruning]),
      ).values(),
    ];
    const shares = networks.map((group) => ({
      below: group[0]!.overCritical! < 1,
      active: meanOf(group.map(({ result }) => result!.inactiveShare)) < HALF,
    }));
    const count = (below: boolean, active?: boolean) =>
      shares.filter((one) => one.below === below && (active ?? one.active) === one.active).length;
    return { arm, below: count(true), active: count(true, true), above: count(false), inactive: count(false, false) };
  });
}

/** What to say of it, a sentence per arm that leaves the curve. */
export function deviationSentences(runs: readonly StudyRun[]): string[] {
  const networks = (n: number) => (n === 1 ? '1 network' : `${n} networks`);
  return deviationsOf(runs).flatMap(({ arm, below, active, above, inactive }) => [
    ...(active > 0
      ? [
          `${shortNames[arm]}: below the critical gain in ${networks(below)}, and active in ${active} of them: few layers, or what is not in the initial gain, keep them so.`,
        ]
      : []),
    ...(inactive > 0 ? [`${shortNames[arm]}: above the critical gain in ${networks(above)}, and inactive in ${inactive} of them.`] : []),
  ]);
}
