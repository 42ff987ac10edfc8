/** Is it the gain? */
import { real } from '../../../src/shared/present/format.ts';
import { factorText } from '../../../src/shared/study-factors.ts';
import type { Border, BorderRow, Moment, Parting, Predictor } from '../result.ts';
import { concluded, joined, series, type Said, type Table } from '../words.ts';
import type { Question } from './question.ts';

const predictorNames: Record<Predictor, string> = {
  dim: 'D',
  types: 'N',
  ratio: 'D/N',
  gain: 'gain',
  overCritical: 'gain ÷ critical gain',
};
const momentNames: Record<Moment, string> = { start: 'Before the first step', end: 'After training' };

/** A dash where an end is not known. */
function borderText({ value, low, high }: Border): string {
  if (value === null) return 'none';
  return `${real(value, 3)} [${low === null ? '–' : real(low, 3)}, ${high === null ? '–' : real(high, 3)}]`;
}

/** Whether the forecast's border, a gain that is the critical one, lies within what was measured. */
const agrees = ({ low, high }: Border): boolean => (low === null || low <= FORECAST) && (high === null || high >= FORECAST);
const FORECAST = 1;

const kindOf = ({ squash, iterations, depth }: BorderRow) =>
  `${squash === 'squash' ? 'squash' : 'sensitive squash'}, routing iterations: ${iterations}, ${depth === null ? 'all depths' : `L = ${depth}`}`;

const misplacedBy = ({ misplaced }: Parting, by: Predictor, moment: Moment) => misplaced.find((one) => one.by === by)![moment];

export const gain: Question = {
  name: 'gain',
  title: 'Is it D/N, that is, the gain?',
  asked:
    'The forecast says that neither N nor D nor depth decides whether activity stays, but the gain of a layer over a critical gain that depends on squash and on routing iterations. Many small networks, on both sides of the critical gain, ask which single number parts those whose last intermediate layer is active from those where it is not, and where the border lies. For the forecast it lies where the gain is the critical one.',
  caution:
    'The critical gain is that of many layers: a few layers can be active below it, and the border after training is not what the forecast is about. A border is the value that puts the fewest networks on the wrong side; where networks lie sparsely, it lies anywhere between neighbours, and the interval, a bootstrap over networks that are not a random sample of anything, is to be read with that in mind. A network counts as active when most types of its last layer are.',
  figures: [
    {
      name: 'border',
      panel: /^Do all depths fall on one curve/,
      shown: 'Inactive share',
      text: 'Share of inactive capsule types at the end over gain ÷ critical gain',
    },
  ],
  borders: true,
  answer: ({ borders }) => {
    const deep = borders!.partings.at(-1)!;
    const by = (name: Predictor) => `${predictorNames[name]} ${misplacedBy(deep, name, 'start')}`;
    const words = `of ${deep.networks} networks with L = ${deep.depth!}, before the first step, ${by('overCritical')} are on the wrong side, by ${by('ratio')}, by ${by('dim')} and by ${by('types')}`;
    return `${deep.advantage[0] > 0 ? 'Yes, before training' : 'Not confirmed'}: ${words.replace(', gain', ', by gain')}`;
  },
  tables: ({ borders }) => [partedTable(borders!.partings), borderTable(borders!.rows)],
  says: ({ borders, conclusion }) => {
    const all = borders!.rows.filter(({ depth }) => depth === null);
    const rows = [...all, ...deepestOf(borders!.rows)];
    const foreseen = concluded(conclusion, 'forecast');
    return joined(
      foreseen,
      ...(['start', 'end'] as const).flatMap((moment) => [
        ...borders!.partings.map((parting) => partedBy(parting, moment)),
        ...placesOf(rows, moment),
      ]),
    );
  },
};

/** Of each kind the rows of its greatest depth, for which the critical gain is meant. */
function deepestOf(rows: readonly BorderRow[]): BorderRow[] {
  const kinds = Map.groupBy(rows, ({ squash, iterations }) => `${squash} ${iterations}`);
  return [...kinds.values()].flatMap((some) => some.reduce((a, b) => ((b.depth ?? 0) > (a.depth ?? 0) ? b : a)));
}

function partedBy(parting: Parting, moment: Moment): Said {
  const { depth, networks, misplaced, advantage } = parting;
  const numbers = misplaced.map(({ by, [moment]: wrong }) => `${predictorNames[by]} ${wrong}`);
  const place = `${momentNames[moment]}, ${depth === null ? 'all depths' : `L = ${depth}`}, of ${networks} networks these are on the wrong side: by ${series(numbers)}`;
  if (moment === 'end') {
    const others = misplaced.filter(({ by }) => by !== 'overCritical').map(({ end }) => end);
    const least = misplacedBy(parting, 'overCritical', 'end') < Math.min(...others);
    return least ? { found: [`${place}.`], open: [] } : { found: [], open: [`${place}: none parts them better than all others.`] };
  }
  const [low, high] = advantage;
  const against = `${predictorNames.ratio} misplaces more than ${predictorNames.overCritical} by an interval of ${low} to ${high}`;
  return low > 0 ? { found: [`${place}; ${against}.`], open: [] } : { found: [], open: [`${place}; ${against}, so that it may be none.`] };
}

function placesOf(rows: readonly BorderRow[], moment: Moment): Said[] {
  const without = rows.filter((row) => row[moment].value === null);
  const none = `${momentNames[moment]}, no border can be told where all networks, or nearly all, are on one side: ${without.map(kindOf).join('; ')}.`;
  return [
    ...rows.filter((row) => row[moment].value !== null).map((row) => placeOf(row, moment)),
    ...(without.length > 0 ? [{ found: [], open: [none] }] : []),
  ];
}

function placeOf(row: BorderRow, moment: Moment): Said {
  const { value, low, high, misplaced } = row[moment];
  const ends = `from ${low === null ? 'no lower end' : real(low, 3)} to ${high === null ? 'no upper end' : real(high, 3)}`;
  const place = `${momentNames[moment]}, ${kindOf(row)} (${row.networks} networks)`;
  const sentence = `${place}: the border lies at ${real(value!, 3)} of the critical gain, with an interval ${ends} and ${misplaced} on the wrong side`;
  return agrees(row[moment])
    ? { found: [`${sentence}; the forecast's ${FORECAST} is within it.`], open: [] }
    : { found: [], open: [`${sentence}; the forecast's ${FORECAST} is not within it.`] };
}

function partedTable(partings: readonly Parting[]): Table {
  const heads = partings.flatMap(({ depth, networks }) => {
    const which = `${depth === null ? 'all' : `L = ${depth}`} (${networks})`;
    return [`${which}: wrong side before the first step`, `${which}: after training`];
  });
  return {
    head: ['Networks parted by', ...heads],
    rows: partings[0]!.misplaced.map(({ by }) => [
      predictorNames[by],
      ...partings.flatMap((parting) => [String(misplacedBy(parting, by, 'start')), String(misplacedBy(parting, by, 'end'))]),
    ]),
  };
}

function borderTable(rows: readonly BorderRow[]): Table {
  return {
    head: [
      'Squash',
      'Iterations',
      'L',
      'Networks',
      'Forecast',
      'Border before the first step',
      'Wrong side',
      'Border after training',
      'Wrong side',
    ],
    rows: rows.map(({ squash, iterations, depth, networks, start, end }) => [
      ...[squash, String(iterations), depth === null ? 'all' : factorText('depth', depth), String(networks), String(FORECAST)],
      ...[borderText(start), String(start.misplaced), borderText(end), String(end.misplaced)],
    ]),
  };
}
