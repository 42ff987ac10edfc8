/** How do other remedies compare with the cut, at equal cost? */
import { percent, real, quantity } from '../../../src/shared/present/format.ts';
import { armNames } from '../../../src/shared/spec/arms.ts';
import { meanOf } from '../../../src/shared/statistics/moments.ts';
import { sampleOf } from '../../../src/shared/statistics/statistics.ts';
import type { Side } from '../pairings.ts';
import type { Pairing, Replication, ReplicationRun } from '../result.ts';
import { cell, changes, directionOf, joined, shareOf, ups, type Item, type Table } from '../words.ts';
import type { Question } from './question.ts';

/** What a network is called beside the plain one: by what it has more. */
const shortName = (name: string, plain: string) => (name.startsWith(`${plain}, `) ? name.slice(plain.length + 2) : name);

/** The networks of this study, the plain one first, then the arms of the other one. */
function sidesOf(runs: readonly ReplicationRun[], borrowed: readonly ReplicationRun[]): Side[] {
  const plain = runs[0]!.network;
  const own = [...Map.groupBy(runs, ({ network }) => network)].map(([name, ofNetwork]): Side => ({
    name: shortName(name, plain),
    runs: ofNetwork,
  }));
  const others = [...Map.groupBy(borrowed, ({ arm }) => arm)].map(([arm, ofArm]): Side => ({ name: armNames[arm], runs: ofArm }));
  return [...own, ...others];
}

const costOf = ({ runs }: Side) => meanOf(runs.map(({ cost }) => cost));

/** A bias or a shortcut costs next to nothing; what costs so little more is as cheap. */
const AS_CHEAP = 1.02;

/** The same runs ended as soon as another epoch would cost more than the plain network costs in all. */
function within(budget: number, { name, runs }: Side): Side {
  return {
    name: atCost(name),
    runs: runs.flatMap((run) => {
      const epochs = run.cost <= AS_CHEAP * budget ? run.byEpoch.length : Math.floor((AS_CHEAP * budget) / run.flops);
      return epochs === 0 ? [] : [{ ...run, accuracy: run.byEpoch[Math.min(epochs, run.byEpoch.length) - 1]! }];
    }),
  };
}

const EQUAL = ' at equal cost';
const atCost = (name: string) => `${name}${EQUAL}`;
const isAtCost = ({ of }: Pairing) => of.endsWith(EQUAL);
const bare = (name: string) => name.replace(EQUAL, '');

/** Against the plain network in full, then against the cut at equal cost. */
function pairs(runs: readonly ReplicationRun[], borrowed: readonly ReplicationRun[]) {
  const sides = sidesOf(runs, borrowed);
  const plain = sides[0]!;
  const equal = sides.map((side) => within(costOf(plain), side));
  const cut = equal.find(({ name }) => name === atCost(armNames.pruned));
  return [
    ...sides.slice(1).map((side) => [side, plain] as const),
    ...(cut ? equal.filter((side) => side !== cut && side.runs.length > 0).map((side) => [side, cut] as const) : []),
  ];
}

const label = (name: string) => `with ${bare(name)}`;
const items = (pairings: readonly Pairing[], measure: 'accuracy' | 'inactiveShare'): Item[] =>
  pairings.map((one) => ({ label: label(one.of), difference: one[measure] }));

export const remedies: Question = {
  name: 'remedies',
  title: 'How do other remedies compare with the cut?',
  asked:
    'What else raises the gain or keeps activity up, each alone in the network that vanishes: an initial gain just above the critical one, larger capsules, more routing iterations, the sensitive squash, a capsule bias, and shortcuts past layers. Beside them stand the cut and its small network from scratch, from the study of pruning above, on the same images, with the same seeds and for the same epochs.',
  caution:
    'Cost is counted in operations of the forward pass, over all epochs and per training image: it says nothing of memory, and training costs about as many times more for each. At equal cost a network is looked at after as many whole epochs as the plain one’s whole training pays for, which is coarse, and one that costs less is not trained longer for it. Seconds were taken with several runs at a time on a machine that did other work, too. None of the remedies was tuned, and another gain, dimension or number of iterations may do better.',
  figures: [
    { name: 'accuracy', panel: /^Accuracy by|^Accuracy$/, shown: 'Accuracy', text: 'Test accuracy of every remedy, a dot per seed' },
    {
      name: 'inactive',
      panel: /^Inactive share by|^Inactive share$/,
      shown: 'Inactive share',
      text: 'Share of inactive capsule types of every remedy, a dot per seed',
    },
  ],
  borrows: { from: 'pruning', arms: ['pruned', 'scratch'] },
  pairs,
  answer: ({ pairings }) => {
    const full = pairings.filter((one) => !isAtCost(one) && !isCut(one.of));
    const equal = pairings.filter((one) => isAtCost(one) && !isCut(bare(one.of)) && bare(one.of) !== full[0]!.against);
    const better = (some: readonly Pairing[], direction: number) =>
      some.filter(({ accuracy }) => directionOf(accuracy) === direction).length;
    const alone = `${shareOf(better(full, 1), full.length)} remedies are better than the network as published`;
    if (equal.length === 0) return alone;
    return `${alone}; at equal cost ${shareOf(better(equal, 1), equal.length)} are better than the cut, and ${better(equal, -1)} worse`;
  },
  tables: (result) => [costTable(result)],
  says: ({ pairings }) => {
    const full = pairings.filter((one) => !isAtCost(one));
    const equal = pairings.filter(isAtCost);
    const against = full[0]!.against;
    return joined(
      changes(`Test accuracy, against ${against} as published,`, items(full, 'accuracy'), ups.accuracy),
      changes(`The share of inactive types, against ${against} as published,`, items(full, 'inactiveShare'), ups.inactiveShare),
      changes('At equal cost, test accuracy, against the cut,', items(equal, 'accuracy'), ups.accuracy),
    );
  },
};

const isCut = (name: string) => [armNames.pruned, armNames.scratch].includes(name);

function costTable({ runs, borrowed }: Replication): Table {
  const sides = sidesOf(runs, borrowed?.runs ?? []);
  const budget = costOf(sides[0]!);
  return {
    head: [
      'Network',
      'Test accuracy, %',
      'Inactive types, %',
      'Collapsed',
      'FLOPs per image',
      'Cost of training',
      'Seconds',
      'Test accuracy at equal cost, %',
    ],
    rows: sides.map((side) => {
      const sample = (of: (run: ReplicationRun) => number) => sampleOf(side.runs.map(of));
      return [
        ...[
          side.name,
          cell(sample(({ accuracy }) => accuracy)),
          cell(
            sample(({ inactiveShare }) => inactiveShare),
            percent,
          ),
        ],
        shareOf(side.runs.filter(({ collapsed }) => collapsed).length, side.runs.length),
        ...[quantity(side.runs[0]!.flops), `× ${real(costOf(side) / budget, 3)}`, real(meanOf(side.runs.map(({ seconds }) => seconds)), 3)],
        cell(sampleOf(within(budget, side).runs.map(({ accuracy }) => accuracy))),
      ];
    }),
  };
}
