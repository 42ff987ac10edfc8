/** Does a larger dimension help? */
import type { Replication, ReplicationRun } from '../result.ts';
import type { Side } from '../pairings.ts';
import { networkTable } from '../tables.ts';
import { changes, concluded, directionOf, joined, shareOf, ups } from '../words.ts';
import type { Question } from './question.ts';

const number = ({ factors }: ReplicationRun, name: 'types' | 'dim') => Number(factors[name]);

/** Neighbouring values of one of the two numbers, the other one being equal. */
function steps(runs: readonly ReplicationRun[], of: 'types' | 'dim', letter: string, same: 'types' | 'dim', sameLetter: string) {
  return [...Map.groupBy(runs, (run) => number(run, same))].flatMap(([fixed, some]) => {
    const sides = [...Map.groupBy(some, (run) => number(run, of))]
      .sort(([a], [b]) => a - b)
      .map(([value, ofValue]): Side => ({ name: `${letter} = ${value} at ${sameLetter} = ${fixed}`, runs: ofValue }));
    return sides.slice(1).map((side, i) => [side, sides[i]!] as const);
  });
}

const isOfDim = ({ of }: { of: string }) => of.startsWith('D');

export const dimension: Question = {
  name: 'dimension',
  title: 'Does a larger dimension help?',
  asked:
    'The paper finds that larger capsule dimensions D keep more capsules active. Here D grows while the number of capsule types N and the depth stay, and N grows while D stays: if it is the gain, which goes with D/N, the one must help and the other must harm.',
  caution:
    'A network with larger capsules has more parameters and costs more, so that better accuracy alone does not show that activity was the reason. Where a smaller network is already active, there is nothing for D to wake. What N and D do at other depths was not asked.',
  figures: [
    {
      name: 'inactive',
      panel: /^Inactive share by/,
      shown: 'Inactive share',
      text: 'Share of inactive capsule types by N and D, a dot per seed',
    },
    { name: 'accuracy', panel: /^Accuracy by/, shown: 'Accuracy', text: 'Test accuracy by N and D, a dot per seed' },
  ],
  pairs: (runs) => [...steps(runs, 'dim', 'D', 'types', 'N'), ...steps(runs, 'types', 'N', 'dim', 'D')],
  answer: ({ pairings }) => {
    const of = pairings.filter(isOfDim);
    const count = (measure: 'accuracy' | 'inactiveShare', direction: number) =>
      of.filter((one) => directionOf(one[measure]) === direction).length;
    const helps = count('accuracy', 1) + count('inactiveShare', -1);
    const harms = count('accuracy', -1) + count('inactiveShare', 1);
    const words = `with larger D accuracy rises in ${shareOf(count('accuracy', 1), of.length)} steps and falls in ${count('accuracy', -1)}, and the share of inactive types falls in ${count('inactiveShare', -1)} and rises in ${count('inactiveShare', 1)}`;
    return helps === 0 ? `Not confirmed: ${words}` : harms === 0 ? `Yes: ${words}` : `Only in part: ${words}`;
  },
  tables: (result) => [networkTable(result, ['types', 'dim', 'ratio'])],
  says: (result) =>
    joined(
      concluded(result.conclusion, 'series', 'forecast'),
      ofSteps(result, isOfDim, 'more dimensions'),
      ofSteps(result, (one) => !isOfDim(one), 'more types'),
    ),
};

function ofSteps({ pairings }: Replication, wanted: (one: { of: string }) => boolean, what: string) {
  const items = (measure: 'accuracy' | 'inactiveShare') =>
    pairings
      .filter(wanted)
      .map((one) => ({ label: `with ${one.of} instead of ${one.against.split(' at ')[0]!}`, difference: one[measure] }));
  return joined(
    changes(`With ${what}, test accuracy`, items('accuracy'), ups.accuracy),
    changes(`With ${what}, the share of inactive types`, items('inactiveShare'), ups.inactiveShare),
  );
}
