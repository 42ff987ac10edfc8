/** How far results scatter from seed to seed: of runs on these images, if there are any with several seeds. */
import type { RunSummary } from '../../../shared/contract/index.ts';
import { points, span } from '../../../shared/present/format.ts';
import { deviationOf } from '../../../shared/statistics/moments.ts';
import { smallestDifference } from '../../../shared/statistics/power.ts';
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

/** What so many seeds can tell apart: as it stands beside a number of seeds, alone, and how it is known. */
export interface Telling {
  short: string;
  text: string;
  how: string;
}

export function tellingOf({ deviation, groups }: Spread, seeds: number): Telling {
  const told = smallestDifference(deviation, seeds);
  if (told === null)
    return { short: 'no interval', text: 'one seed: no interval', how: 'With two seeds or more, differences have an interval.' };
  const known =
    groups > 0
      ? `From seed to seed differences scatter by ${span(deviation, 2)}: measured on this data set, in ${groups} ${groups === 1 ? 'group' : 'groups'} of runs.`
      : `From seed to seed differences are assumed to scatter by ${span(deviation)}: nothing has been measured on this data set yet.`;
  return {
    short: `tell ≥ ${span(told)}`,
    text: `tells apart ≥ ${span(told)} of accuracy, paired`,
    how: `In four of five studies a difference to the twin of ${points(told).replace('+', '')} has a 95 % interval without 0. ${known}`,
  };
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
