/** Does a cut help, and what of it is the loss term's, the size's, or any cut's? Asked of several networks and data sets. */
import { armNames, type Arm } from '../../../src/shared/spec/arms.ts';
import type { ArmStatistics, ControlStatistics, StudyStatistics } from '../../../src/shared/statistics/statistics.ts';
import type { Replication } from '../result.ts';
import { armTable, controlTable } from '../tables.ts';
import { changes, collapsedIn, directionOf, joined, sampledOf, series, shareOf, ups, type Item, type Said } from '../words.ts';
import type { Figure, Question } from './question.ts';

const controls = ['ccm', 'scratch', 'random'] as const;
const rivals: Record<(typeof controls)[number], string> = {
  ccm: 'the source trained on without a cut',
  scratch: 'the same small network from scratch',
  random: 'a cut by chance',
};

/** In the answer, where the twin has been named before. */
const shortly: typeof rivals = { ccm: 'CCM alone', scratch: 'the same network from scratch', random: 'a random cut' };

/** Which case is meant, where there are several: by its network, its cut, or both. */
function labelOf({ statistics }: Replication, { network, pruning }: { network: string; pruning: string | null }): string {
  const rows = statistics.arms.filter(({ arm }) => arm === 'pruned');
  const several = (of: (row: ArmStatistics) => string | null) => new Set(rows.map(of)).size > 1;
  const parts = [several((row) => row.network) ? network : '', several((row) => row.pruning) ? (pruning ?? '') : ''].filter(Boolean);
  return parts.length > 0 ? `with ${parts.join(', ')}` : `with ${pruning ?? network}`;
}

export const prunedOf = ({ arms }: StudyStatistics): ArmStatistics[] => arms.filter(({ arm }) => arm === 'pruned');

const controlsOf = ({ controls: all }: StudyStatistics, { network, pruning }: ArmStatistics): ControlStatistics[] =>
  all.filter((one) => one.network === network && one.pruning === pruning);

/** Of how many cuts the claim holds, and of how many of these it is the cut that does it. */
export function answerOfCuts({ statistics }: Replication): string {
  const cuts = prunedOf(statistics);
  const better = cuts.filter(({ toTwin }) => directionOf(toTwin.accuracy) > 0);
  const worse = cuts.filter(({ toTwin }) => directionOf(toTwin.accuracy) < 0).length;
  const claim = `the pruned network is better than its unpruned twin in ${shareOf(better.length, cuts.length)} cases${worse > 0 ? `, and worse in ${worse}` : ''}`;
  if (better.length === 0) return `Not confirmed: ${claim}`;
  const rivalled = controls.flatMap((control) => {
    const own = better.flatMap((cut) => controlsOf(statistics, cut).filter((one) => one.control === control));
    const beaten = own.filter(({ difference }) => directionOf(difference.accuracy) > 0).length;
    return own.length > 0 ? [{ control, beaten, of: own.length }] : [];
  });
  const some = rivalled.some(({ beaten, of }) => beaten < of);
  const against = rivalled.map(({ control, beaten, of }) => `than ${shortly[control]} in ${shareOf(beaten, of)}`);
  return `${some ? 'Not by the cut alone' : 'Yes'}: ${claim}${rivalled.length > 0 ? `; of these it is better ${series(against)}` : ''}`;
}

/** What each arm comes to, over all that is cut. */
function means(result: Replication, arm: Arm): Said {
  const rows = result.statistics.arms.filter((row) => row.arm === arm && row.accuracy !== null);
  if (rows.length === 0) return { found: [], open: [] };
  const byAccuracy = [...rows].sort((a, b) => a.accuracy!.mean - b.accuracy!.mean);
  const words = (row: ArmStatistics) =>
    `test accuracy ${sampledOf(row, 'accuracy')}, inactive types ${sampledOf(row, 'inactiveShare')}, ${collapsedIn(row.collapsed, row.n)}`;
  const [low, high] = [byAccuracy[0]!, byAccuracy.at(-1)!];
  const place = (row: ArmStatistics) => labelOf(result, row);
  const said = rows.length === 1 ? words(low) : `lowest ${place(low)}, ${words(low)}; highest ${place(high)}, ${words(high)}`;
  return { found: [`${armNames[arm]}: ${said}.`.replace(/^./, (letter) => letter.toUpperCase())], open: [] };
}

export function saysOfCuts(result: Replication): Said {
  const { statistics } = result;
  const cuts = prunedOf(statistics);
  const items = (measure: 'accuracy' | 'inactiveShare'): Item[] =>
    cuts.map((cut) => ({ label: labelOf(result, cut), difference: cut.toTwin[measure] }));
  const against = controls.map((control) => {
    const own = statistics.controls.filter((one) => one.control === control);
    const some = own.map((one): Item => ({ label: labelOf(result, one), difference: one.difference.accuracy }));
    return changes(`Test accuracy of the pruned network, against ${rivals[control]},`, some, ups.accuracy);
  });
  return joined(
    ...(['unpruned', 'ccm', 'pruned', 'scratch', 'random'] as const).map((arm) => means(result, arm)),
    changes('Test accuracy of the pruned network, against its unpruned twin,', items('accuracy'), ups.accuracy),
    changes('The share of inactive types of the pruned network, against its unpruned twin,', items('inactiveShare'), ups.inactiveShare),
    ...against,
    alone(result),
  );
}

/** What the controls do by themselves, against the unpruned network: what a cut cannot be credited with. */
function alone(result: Replication): Said {
  return joined(
    ...controls.map((control) => {
      const rows = result.statistics.arms.filter(({ arm }) => arm === control);
      const some = rows.map((row): Item => ({ label: labelOf(result, row), difference: row.toTwin.accuracy }));
      return changes(`Test accuracy of ${rivals[control]}, against the unpruned network,`, some, ups.accuracy);
    }),
  );
}

export const figures: readonly Figure[] = [
  { name: 'accuracy', panel: /^Accuracy by|^Accuracy$/, shown: 'Accuracy', text: 'Test accuracy of every arm, a dot per seed' },
  {
    name: 'inactive',
    panel: /^Inactive share by|^Inactive share$/,
    shown: 'Inactive share',
    text: 'Share of inactive capsule types of every arm, a dot per seed',
  },
];

type Asked = Pick<Question, 'name' | 'title' | 'asked' | 'caution'> & Partial<Pick<Question, 'pairs' | 'recounts' | 'figures'>>;

/** A question of this kind; `more` is said beside what all of them say. */
export const ofCuts = (asked: Asked, more: (result: Replication) => Said = () => nothing): Question => ({
  figures,
  ...asked,
  answer: answerOfCuts,
  tables: (result) => [armTable(result), controlTable(result)],
  says: (result) => joined(saysOfCuts(result), more(result)),
});
const nothing: Said = { found: [], open: [] };
