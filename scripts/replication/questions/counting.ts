/** Does the way of counting inactive capsules change the answer? Counted again from the runs of two other questions. */
import { criteria } from '../../../src/shared/measures/criteria.ts';
import { percent } from '../../../src/shared/present/format.ts';
import { cutAtHalf } from '../cuts.ts';
import type { Recount, Replication } from '../result.ts';
import { cell, changes, differenceCell, directionOf, joined, shareOf, ups, type Item, type Said, type Table } from '../words.ts';

const way = ({ criterion, limit }: Recount) => `by ${criteria[criterion].label} at most ${limit}`;

function atHalf({ runs, recounts }: Replication): Recount[] {
  const cut = cutAtHalf(runs);
  return recounts.filter(({ pruning }) => pruning === cut);
}

export const counting = {
  name: 'counting',
  title: 'Does the way of counting change the answer?',
  asked:
    'A capsule type is called inactive by a criterion and a limit. Runs store the activity itself, so that those of the questions on pruning could be counted again by every criterion and by other limits, without training anything again. The table and the sentences are of the cut at half of the channels, the answer counts all cuts.',
  caution:
    'The activation rate is the share of images on which a type is longer than the limit that the runs were measured with, so that its own limit is one of shares. Where everything is inactive, or nothing is, no way of counting can differ from another.',
  answer: (results: readonly Replication[]): string =>
    results
      .map(
        (result) =>
          `in ${placeOf(result)}, the pruned network has fewer inactive types in ${ofAll(result, -1)} counts, more in ${ofAll(result, 1)}`,
      )
      .join('; ')
      .replace(/^./, (letter) => letter.toUpperCase()),
  table: (results: readonly Replication[]): Table => ({
    head: ['Network', 'Cut', 'Criterion', 'At most', 'Unpruned, %', 'Pruned, %', 'Pruned against unpruned, pp'],
    rows: results.flatMap((result) =>
      atHalf(result).map(({ network, pruning, criterion, limit, own, unpruned, pruned, difference }) => [
        ...[network, pruning, criteria[criterion].label, `${limit}${own ? ' (as measured)' : ''}`],
        ...[cell(unpruned, percent), cell(pruned, percent), differenceCell(difference)],
      ]),
    ),
  }),
  says: (results: readonly Replication[]): Said =>
    joined(
      ...results.map((result) => {
        const items = atHalf(result).map((one): Item => ({ label: way(one), difference: one.difference }));
        const { pruning } = atHalf(result)[0]!;
        return changes(
          `In ${placeOf(result)}, the share of inactive types after ${pruning}, against the unpruned twin,`,
          items,
          ups.inactiveShare,
        );
      }),
    ),
};

const placeOf = ({ recounts }: Replication) => recounts[0]!.network;
const ofAll = ({ recounts }: Replication, direction: number) =>
  shareOf(recounts.filter(({ difference }) => directionOf(difference) === direction).length, recounts.length);
