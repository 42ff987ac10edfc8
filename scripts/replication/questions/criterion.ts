/** Does it matter which channels go? */
import type { Side } from '../pairings.ts';
import type { Replication, ReplicationRun } from '../result.ts';
import { armTable } from '../tables.ts';
import { changes, directionOf, joined, shareOf, ups, type Item } from '../words.ts';
import { prunedOf } from './arms.ts';
import type { Question } from './question.ts';

const criterionOf = (name: string) => name.split(' ')[0]!;
const isCut = ({ arm }: Pick<ReplicationRun, 'arm'>) => arm === 'pruned' || arm === 'random';

const items = (pairings: Replication['pairings'], measure: 'accuracy' | 'inactiveShare'): Item[] =>
  pairings.map((one) => ({ label: `than by ${criterionOf(one.against)}`, difference: one[measure] }));

export const criterion: Question = {
  name: 'criterion',
  title: 'Does the pruning criterion matter?',
  asked:
    'The same cut of the same sources, with channels chosen by channel independence (CHIP, the paper’s), by the norm of filters, by CCM redundancy, by activation, or by chance.',
  caution:
    'The capsule layers above the cut start afresh, as in the paper: only the backbone and the primary capsules keep what a criterion has chosen for them. Where these layers hardly matter for what the network can do, no criterion can show its worth.',
  figures: [
    { name: 'accuracy', panel: /^Accuracy by|^Accuracy$/, shown: 'Accuracy', text: 'Test accuracy by pruning criterion, a dot per seed' },
  ],
  pairs: (runs) => {
    const cuts = [...Map.groupBy(runs.filter(isCut), ({ pruning }) => pruning!)].map(([name, ofCut]): Side => ({ name, runs: ofCut }));
    const chip = cuts.find(({ name }) => criterionOf(name) === 'chip')!;
    return cuts.filter((cut) => cut !== chip).map((cut) => [chip, cut] as const);
  },
  answer: ({ pairings }) => {
    const count = (direction: number) => pairings.filter(({ accuracy }) => directionOf(accuracy) === direction).length;
    const words = `channel independence is better than ${shareOf(count(1), pairings.length)} other ways to choose, and worse than ${count(-1)}`;
    const [more, less] = [count(1), count(-1)];
    return more + less === 0 ? `Not confirmed: ${words}` : `Yes: ${words}`;
  },
  tables: (result) => [armTable(result)],
  says: ({ pairings, statistics }) => {
    const cuts = prunedOf(statistics).map((cut): Item => ({ label: `by ${criterionOf(cut.pruning!)}`, difference: cut.toTwin.accuracy }));
    return joined(
      changes('Test accuracy after a cut by channel independence', items(pairings, 'accuracy'), ups.accuracy),
      changes('The share of inactive types after a cut by channel independence', items(pairings, 'inactiveShare'), ups.inactiveShare),
      changes('Test accuracy of the network, cut with channels chosen and held against its unpruned twin,', cuts, ups.accuracy),
    );
  },
};
