/** How far results scatter from seed to seed: of runs on these images, if there are any with several seeds. */
import type { RunSummary } from '../../../shared/contract/index.ts';
import { deviationOf } from '../../../shared/statistics/moments.ts';
import { twinFinder } from '../../../shared/twins.ts';

export interface Spread {
  /** Standard deviation of the difference to the twin in accuracy. */
  deviation: number;
  /** Groups of runs that differ in their seed alone; 0: assumed. */
  groups: number;
}

/** Where nothing has been measured: seeds of a network that learns differ by about a percentage point. */
const ASSUMED: Spread = { deviation: 0.01, groups: 0 };

/** Pooled over all arms with a twin; else from the arms' own spread, taken twice, as if twins had nothing in common. */
export function spreadOf(runs: Iterable<RunSummary>, dataset: string): Spread {
  const ended = [...runs].filter((run) => run.dataset.fingerprint === dataset && run.status === 'finished' && run.accuracy !== null);
  const byId = new Map(ended.map((run) => [run.id, run]));
  const twinOf = twinFinder(ended.map(({ id, arm, study, twinKey }) => ({ id, arm, study: study?.id ?? null, twinKey })));
  const groups = [...Map.groupBy(ended, groupOf).values()].map((group) => [...new Map(group.map((run) => [run.seed, run])).values()]);
  const differences = groups.map((group) =>
    group.flatMap((run) => {
      const twin = twinOf({ ...run, study: run.study?.id ?? null });
      return twin ? [run.accuracy! - byId.get(twin.id)!.accuracy!] : [];
    }),
  );
  const paired = pooled(differences);
  if (paired) return paired;
  const alone = pooled(groups.map((group) => group.map(({ accuracy }) => accuracy!)));
  return alone ? { ...alone, deviation: alone.deviation * Math.SQRT2 } : ASSUMED;
}

/** Equal for runs that differ in nothing but their seed, as far as the list tells. */
const groupOf = ({ arm, network, pruning, before, firstEpoch, lastEpoch, study }: RunSummary): string =>
  JSON.stringify([arm, network.name, before, pruning, firstEpoch, lastEpoch, study?.id]);

/** Groups without any spread are of networks that have collapsed, and say nothing of those that learn. */
function pooled(samples: readonly number[][]): Spread | null {
  const spread = samples.filter((values) => values.length > 1 && deviationOf(values) > 0);
  const freedom = spread.reduce((sum, values) => sum + values.length - 1, 0);
  if (freedom === 0) return null;
  const squares = spread.reduce((sum, values) => sum + (values.length - 1) * deviationOf(values) ** 2, 0);
  return { deviation: Math.sqrt(squares / freedom), groups: spread.length };
}
