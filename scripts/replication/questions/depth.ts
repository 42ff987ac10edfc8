/** Does depth starve? */
import { percent } from '../../../src/shared/present/format.ts';
import type { ReplicationRun } from '../result.ts';
import type { ArmStatistics } from '../../../src/shared/statistics/statistics.ts';
import { meanOf } from '../../../src/shared/statistics/moments.ts';
import { sampleOf } from '../../../src/shared/statistics/statistics.ts';
import { networkTable, runsOf, unprunedOf } from '../tables.ts';
import { changes, concluded, directionOf, joined, sampled, sampledOf, series, ups, type Item, type Said } from '../words.ts';
import type { Question } from './question.ts';

const depthOf = ({ factors }: Pick<ReplicationRun, 'factors'>) => Number(factors.depth);
const named = (depth: number) => `L = ${depth}`;

export const depth: Question = {
  name: 'depth',
  title: 'Does depth starve the deeper layers?',
  asked:
    'Whether networks that differ in nothing but the number of intermediate layers have more inactive capsule types, and lower accuracy, the deeper they are. Nothing is cut.',
  caution:
    'These are small networks, trained briefly on a small part of the images. More epochs may wake a network that is still inactive here, and with wider capsules, another squash or another gain the border lies at another depth. What is shown is that depth alone can do it, not at which depth it happens elsewhere.',
  figures: [
    {
      name: 'inactive',
      panel: /^Inactive share against depth/,
      shown: 'Accuracy',
      text: 'Share of inactive capsule types against the number of intermediate layers',
    },
    {
      name: 'accuracy',
      panel: /^Accuracy against depth/,
      shown: 'Inactive share',
      text: 'Test accuracy against the number of intermediate layers',
    },
  ],
  pairs: (runs) => {
    const depths = [...Map.groupBy(runs, depthOf)].sort(([a], [b]) => a - b);
    const sides = depths.map(([value, ofDepth]) => ({ name: named(value), runs: ofDepth }));
    return sides.slice(1).map((side) => [side, sides[0]!] as const);
  },
  answer: ({ pairings }) => {
    const more = pairings.map(({ inactiveShare }) => directionOf(inactiveShare) > 0);
    const from = more.lastIndexOf(false) + 1;
    if (from < more.length) return `Yes: from ${pairings[from]!.of} on, more capsule types are inactive than at ${pairings[0]!.against}`;
    return more.some(Boolean) ? 'At some depths, but not at the greatest' : 'Not confirmed';
  },
  tables: (result) => [networkTable(result, ['depth'])],
  says: (result) => {
    const { pairings } = result;
    const items = (measure: 'accuracy' | 'inactiveShare'): Item[] =>
      pairings.map((one) => ({ label: `at ${one.of}`, difference: one[measure] }));
    const against = pairings[0]!.against;
    const rows = unprunedOf(result);
    const [first, last] = [rows[0]!, rows.at(-1)!];
    const deepest = pairings.at(-1)!.of;
    const end = (name: string, row: ArmStatistics) =>
      `at ${name}, ${sampledOf(row, 'accuracy')} test accuracy, and inactive types: ${sampledOf(row, 'inactiveShare')}`;
    const ends = `From one end to the other: ${end(against, first)}; ${end(deepest, last)}.`;
    return joined(
      { found: [ends], open: [] },
      wokenOf(
        rows.map((row) => ({ depth: depthOf(runsOf(result, row)[0]!), active: runsOf(result, row).map(({ lastActive }) => lastActive) })),
      ),
      concluded(result.conclusion, 'forecast', 'series'),
      changes(`The share of inactive types, against ${against},`, items('inactiveShare'), ups.inactiveShare),
      changes(`Test accuracy, against ${against},`, items('accuracy'), ups.accuracy),
    );
  },
};

/** Share of active types from which on a layer counts as active. */
const HALF = 0.5;

/** Training can wake what is inactive to begin with, where it is not too deep. */
function wokenOf(rows: readonly { depth: number; active: ReplicationRun['lastActive'][] }[]): Said {
  const asleep = rows.flatMap(({ depth: value, active }) => {
    const starts = active.flatMap(({ start }) => start ?? []);
    const ends = active.flatMap(({ end }) => end ?? []);
    return starts.length > 0 && meanOf(starts) < HALF ? [{ name: named(value), start: sampleOf(starts), end: sampleOf(ends) }] : [];
  });
  if (asleep.length === 0) return { found: [], open: [] };
  const woken = asleep.filter(({ end }) => end !== null && end.mean >= HALF);
  const begins = `Before the first step, most types of the last layer are inactive at ${series(asleep.map(({ name }) => name))}`;
  if (woken.length === 0) return { found: [`${begins}; training has not woken it at any of these depths.`], open: [] };
  const said = series(
    woken.map(({ name, start, end }) => `${name} (active types: ${sampled(start, percent)}, then ${sampled(end, percent)})`),
  );
  return { found: [`${begins}; training has woken it at ${said}.`], open: [] };
}
