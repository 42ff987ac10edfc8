/** Runs of a study held against others with the same seed, as arms are held against their twins. */
import { correct, differenceOf, type Difference } from '../../src/shared/statistics/statistics.ts';
import type { Measure } from '../../src/shared/statistics/schema.ts';
import type { Pairing, ReplicationRun } from './result.ts';

/** Names of what is compared, and its runs. */
export interface Side {
  name: string;
  runs: readonly ReplicationRun[];
}

/** Each first one against its second one; their p values are corrected together. */
export function pairingsOf(pairs: readonly (readonly [Side, Side])[]): Pairing[] {
  const pairings = pairs.map(([one, other]): Pairing => {
    const of = (measure: Measure) => differenceBySeed(one.runs, other.runs, measure);
    return { of: one.name, against: other.name, accuracy: of('accuracy'), inactiveShare: of('inactiveShare') };
  });
  correct(pairings);
  return pairings;
}

function differenceBySeed(runs: readonly ReplicationRun[], others: readonly ReplicationRun[], measure: Measure): Difference | null {
  const bySeed = new Map(others.map((run) => [run.seed, run[measure]]));
  return differenceOf(
    runs.flatMap((run) => {
      const other = bySeed.get(run.seed);
      return other === undefined ? [] : [run[measure] - other];
    }),
  );
}
