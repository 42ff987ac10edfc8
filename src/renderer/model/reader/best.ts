/** The best that each arm has come to: the network and cut with the highest mean accuracy over its seeds. */
import type { StudyStatistics, ArmStatistics } from '../../../shared/statistics/statistics.ts';
import { inArmOrder } from './arms.ts';

export interface Best extends ArmStatistics {
  /** Among so many networks and cuts it is the best: the more there are, the more it flatters. */
  among: number;
}

export function bestOf({ arms }: StudyStatistics, runs: ReadonlySet<string> | null = null): Best[] {
  const shown = arms.filter((row) => row.accuracy !== null && (runs === null || row.runs.some((id) => runs.has(id))));
  return inArmOrder(shown.map(({ arm }) => arm)).map((arm) => {
    const ofArm = shown.filter((row) => row.arm === arm);
    const best = ofArm.reduce((a, b) => (b.accuracy!.mean > a.accuracy!.mean ? b : a));
    return { ...best, among: ofArm.length };
  });
}
