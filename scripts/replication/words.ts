/** Sentences of docs/replication.md, made by rules from the statistics: what turns out otherwise is said otherwise. */
import { LEVEL, leaningOf, signOf, tested, type Finding } from '../../src/shared/conclusion/finding.ts';
import { accuracy, percent, points } from '../../src/shared/present/format.ts';
import type { ArmStatistics, Difference, Sample } from '../../src/shared/statistics/statistics.ts';
import { shareInterval } from '../../src/shared/statistics/tests.ts';

/** What a section says: what these runs show, and what they leave open. */
export interface Said {
  found: string[];
  open: string[];
}

export const joined = (...parts: readonly Said[]): Said => ({
  found: parts.flatMap(({ found }) => found),
  open: parts.flatMap(({ open }) => open),
});

/** What the workbench itself concludes, of these kinds. */
export function concluded(conclusion: readonly Pick<Finding, 'kind' | 'verdict' | 'text'>[], ...kinds: Finding['kind'][]): Said {
  const some = conclusion.filter(({ kind }) => kinds.includes(kind));
  const texts = (holds: boolean) => some.filter(({ verdict }) => (verdict === 'holds') === holds).map(({ text }) => text);
  return { found: texts(true), open: texts(false) };
}

/** "97.31 % (95 % interval 96.80 to 97.82 %)" */
export function sampled(sample: Sample | null, print: (share: number) => string = accuracy): string {
  if (!sample) return 'not measured';
  const { mean, ci95 } = sample;
  if (!ci95) return `${print(mean)} (one seed)`;
  return ci95[0] === ci95[1] ? `${print(mean)} in every seed` : `${print(mean)} (95 % interval ${interval(ci95, print)})`;
}

type Sampled = Pick<ArmStatistics, 'n' | 'collapsed' | 'accuracy' | 'inactiveShare'>;
const printed = { accuracy, inactiveShare: percent } as const;

/** Where some seeds have collapsed and some have not there are two heaps, and a mean with an interval says little of either. */
const rangeOf = ({ n, collapsed, ...samples }: Sampled, measure: keyof typeof printed): readonly [number, number] | null =>
  collapsed > 0 && collapsed < n ? (samples[measure]?.range ?? null) : null;

/** A number of an arm: as `sampled`, with the range of its seeds where only some have collapsed. */
export function sampledOf(row: Sampled, measure: keyof typeof printed): string {
  const range = rangeOf(row, measure);
  const text = sampled(row[measure], printed[measure]);
  return range ? text.replace(/\)$/, `, seeds from ${interval(range, printed[measure])})`) : text;
}

/** The same in the cell of a table: "26.30 [0.00, 71.56], 10.00 … 91.50". */
export function cellOf(row: Sampled, measure: keyof typeof printed): string {
  const range = rangeOf(row, measure);
  const text = cell(row[measure], printed[measure]);
  return range ? `${text}, ${interval(range, printed[measure], ' … ', true)}` : text;
}

/** The same in the cell of a table, whose head says the unit: "97.31 [96.80, 97.82]". */
export function cell(sample: Sample | null, print: (share: number) => string = accuracy): string {
  if (!sample) return '–';
  const { mean, ci95 } = sample;
  const spread = ci95 && ci95[0] !== ci95[1] ? ` [${interval(ci95, print, ', ', true)}]` : '';
  return `${withoutUnit(print(mean))}${spread}`;
}

const interval = ([low, high]: readonly [number, number], print: (share: number) => string, between = ' to ', bare = false): string =>
  `${withoutUnit(print(low))}${between}${bare ? withoutUnit(print(high)) : print(high)}`;
const withoutUnit = (text: string) => text.replace(/\s*(%|pp)$/, '');

/** "+67.2 [+63.4, +71.0], p = 0.002", in percentage points. */
export function differenceCell(difference: Difference | null): string {
  if (!difference) return '–';
  const { mean, ci95, p } = difference;
  const spread = ci95 && ci95[0] !== ci95[1] ? ` [${interval(ci95, points, ', ', true)}]` : '';
  const test = p === null ? '' : `, p ${p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`}`;
  return `${withoutUnit(points(mean))}${spread}${test}`;
}

export interface Item {
  /** With its preposition: "at L = 4". */
  label: string;
  difference: Difference | null;
}

export const ups = { accuracy: ['higher', 'lower'], inactiveShare: ['larger', 'smaller'] } as const;

/** Seeds from which on a difference that is the same in all of them, to the last image, is no coincidence, although nothing can test it. */
const NO_COINCIDENCE = 5;

const isSame = ({ n, mean, ci95 }: Difference): boolean =>
  n >= NO_COINCIDENCE && ci95 !== null && ci95[0] === ci95[1] && Math.abs(mean) > 1e-12;

/** 1: more, −1: less, 0: cannot be told. */
export function directionOf(difference: Difference | null): -1 | 0 | 1 {
  if (!difference) return 0;
  if (isSame(difference)) return difference.mean > 0 ? 1 : -1;
  const sign = signOf(difference);
  return sign === 'better' ? 1 : sign === 'worse' ? -1 : 0;
}

/** Of more items than these, not all numbers stand in the sentence, but the smallest and the largest difference. */
const MOST_LISTED = 4;

const numbers = (difference: Difference) => tested(difference, 'seeds');

function listed(items: readonly Known[]): string {
  const all = items.map(({ difference }) => numbers(difference));
  if (all.length > 1 && all.every((text) => text === all[0])) return `${labels(items)} (each ${all[0]!})`;
  if (items.length <= MOST_LISTED) return series(items.map(({ label }, i) => `${label} (${all[i]!})`));
  const bySize = [...items].sort((a, b) => Math.abs(a.difference.mean) - Math.abs(b.difference.mean));
  const extreme = ({ label, difference }: Known) => `${label}, ${numbers(difference)}`;
  return `${labels(items)} (least ${extreme(bySize[0]!)}; most ${extreme(bySize.at(-1)!)})`;
}

/** With the preposition that they share said once. */
function labels(items: readonly Item[]): string {
  const [first] = items[0]!.label.split(' ', 1);
  const rest = items.map(({ label }) => label.slice(first!.length + 1));
  const shared = items.every(({ label }) => label.startsWith(`${first!} `));
  return shared ? `${first!} ${series(rest)}` : series(items.map(({ label }) => label));
}

type Known = Item & { difference: Difference };

/**
 * @param subject what may have changed: "Test accuracy, against one layer,"
 * @param words for more and for less
 */
export function changes(subject: string, items: readonly Item[], [more, less]: readonly [string, string]): Said {
  const known = items.filter((item): item is Known => item.difference !== null);
  const where = (test: (item: Known) => boolean) => known.filter(test);
  const told = [
    [more, where(({ difference }) => directionOf(difference) > 0)],
    [less, where(({ difference }) => directionOf(difference) < 0)],
  ] as const;
  const untold = where(({ difference }) => directionOf(difference) === 0);
  const leaning = [
    [more, untold.filter(({ difference }) => leaningOf(difference) === 'better')],
    [less, untold.filter(({ difference }) => leaningOf(difference) === 'worse')],
  ] as const;
  const even = untold.filter(({ difference }) => leaningOf(difference) === 'untold');
  return {
    found: told.flatMap(([word, some]) => (some.length > 0 ? [`${subject} is ${word} ${listed(some)}.`] : [])),
    open: [
      ...leaning.flatMap(([word, some]) =>
        some.length > 0
          ? [`${subject} looks ${word} ${listed(some)}, but no p that is corrected for all tests of the study says so at ${LEVEL}.`]
          : [],
      ),
      ...(even.length > 0 ? [`${subject} cannot be told to be ${more} or ${less} ${listed(even)}.`] : []),
    ],
  };
}

export function series(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}

export const shareOf = (part: number, of: number): string => `${part} of ${of}`;

/** "collapsed in 4 of 5 runs (95 % interval 28.4 to 99.5 %)" */
export const collapsedIn = (collapsed: number, n: number): string =>
  `collapsed in ${shareOf(collapsed, n)} runs (95 % interval ${interval(shareInterval(collapsed, n), percent)})`;

export interface Table {
  head: string[];
  rows: string[][];
}

export function markdown({ head, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}
