/** How far results scatter from seed to seed: of runs on these images, if there are any with several seeds. */
import type { RunSummary } from '../../../shared/contract/index.ts';
import { points, span } from '../../../shared/present/format.ts';
import { deviationOf } from '../../../shared/statistics/moments.ts';
import { smallestDifference } from '../../../shared/statistics/power.ts';
import type { Steps } from '../../../shared/steps.ts';
import { twinFinder } from '../../../shared/twins.ts';

export interface Spread {
  /** Standard deviation of the difference to the twin in accuracy. */
  deviation: number;
  /** Groups of runs that differ in their seed alone; 0: assumed. */
  groups: number;
}

/**
 * Where nothing has been measured: seeds of a network that learns differ by about a percentage point, and by what is due to few test
 * images, of which nine in ten are right: the deviation of the difference of two such shares.
 */
const assumed = (test: number | null): Spread => ({ deviation: Math.max(0.01, test ? Math.sqrt((2 * 0.9 * 0.1) / test) : 0), groups: 0 });

/** Runs between two steps. */
const PER_STEP = 200;

/**
 * Pooled over all arms with a twin; else from the arms' own spread, taken twice, as if twins had nothing in common. Some runs at a time.
 * @param test number of test images, if it is known.
 */
export function* spreadSteps(runs: Iterable<RunSummary>, dataset: string, test: number | null): Steps<Spread> {
  const ended = [...runs].filter((run) => run.dataset.fingerprint === dataset && run.status === 'finished' && run.accuracy !== null);
  const byId = new Map(ended.map((run) => [run.id, run]));
  yield;
  const twinOf = twinFinder(ended.map(({ id, arm, study, twinKey }) => ({ id, arm, study: study?.id ?? null, twinKey })));
  const bySetting = new Map<string, Map<number, RunSummary>>();
  for (const [at, run] of ended.entries()) {
    if (at % PER_STEP === 0) yield;
    const key = groupOf(run);
    const bySeed = bySetting.get(key);
    if (bySeed) bySeed.set(run.seed, run);
    else bySetting.set(key, new Map([[run.seed, run]]));
  }
  const groups = [...bySetting.values()].map((bySeed) => [...bySeed.values()]);
  const differences: number[][] = [];
  for (const [at, group] of groups.entries()) {
    if (at % PER_STEP === 0) yield;
    differences.push(
      group.flatMap((run) => {
        const twin = twinOf({ ...run, study: run.study?.id ?? null });
        return twin ? [run.accuracy! - byId.get(twin.id)!.accuracy!] : [];
      }),
    );
  }
  const paired = pooled(differences);
  if (paired) return paired;
  const alone = pooled(groups.map((group) => group.map(({ accuracy }) => accuracy!)));
  return alone ? { ...alone, deviation: alone.deviation * Math.SQRT2 } : assumed(test);
}

/** What so many seeds can tell apart: as it stands beside a number of seeds, alone, and how it is known. */
export interface Telling {
  short: string;
  text: string;
  how: string;
}

/** @param spread null until it has been worked out. */
export function tellingOf(spread: Spread | null, seeds: number): Telling {
  if (!spread) return { short: '…', text: '…', how: 'How far runs have scattered so far is being worked out.' };
  const { deviation, groups } = spread;
  const told = smallestDifference(deviation, seeds);
  if (told === null)
    return { short: 'no interval', text: 'one seed: no interval', how: 'With two seeds or more, differences have an interval.' };
  const known =
    groups > 0
      ? `From seed to seed differences scatter by ${span(deviation, 2)}: measured on this data set, in ${groups} ${groups === 1 ? 'group' : 'groups'} of runs.`
      : `From seed to seed differences are assumed to scatter by ${span(deviation)}: nothing has been measured on this data set yet.`;
  return {
    short: `tell ≥ ${span(told)}${groups > 0 ? '' : ', assumed'}`,
    text: `tells apart ≥ ${span(told)} of accuracy, paired${groups > 0 ? '' : '; assumed'}`,
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
