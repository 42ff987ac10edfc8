/** Which column of a table says what its lines are for, and what it says of each. */
import { areOrIs, counted } from '../../counted.ts';
import { splitName, splitNames, type SplitName } from '../../splits.ts';
import { isLabelName } from '../csv/table.ts';

/** What a line is for; "none": its column says nothing, or something that is no part. */
export type Purpose = SplitName | 'none';

export interface SplitColumn {
  column: number;
  /** Of what stands in the column. */
  of: (text: string | undefined) => Purpose;
}

interface Look {
  header: readonly string[] | undefined;
  rows: readonly (readonly string[])[];
  /** Columns that are something else. */
  taken: ReadonlySet<number>;
  /** What the only other column is called where it has no heading: the file's name. */
  listName?: string | undefined;
  /** More lines follow than are at hand, which may say what these do not. */
  isBeginning?: boolean | undefined;
}

/** As pandas and people write that there is nothing. */
const isBlank = (text: string | undefined): boolean => /^(?:|nan|none|null|n\.?\/?a\.?|-+|\?+|<na>)$/i.test((text ?? '').trim());

/** "split", "Usage", "is_train". */
export const saysSplit = (name: string): boolean =>
  /(?:^|[-_ ])(?:splits?|partitions?|subsets?|usages?|phases?|sets?|purposes?|parts?)$|^data[-_ ]?(?:set|split|type)$/i.test(name) ||
  splitOfFlag(name) !== undefined;

/** "is_train": where 1 stands in the column, the line is for training. In CUB's "train_test_split" it is too. */
function splitOfFlag(name: string): SplitName | undefined {
  return /train.*test.*split|train.*split/i.test(name) ? 'train' : splitName(name.replace(/^is[-_ ]?/i, ''));
}

/** Whether it can be nothing but that; "train" may be a class of vehicles. */
export const isSplitFlag = (name: string): boolean => /^is[-_ ]|split/i.test(name) && splitOfFlag(name) !== undefined;

/** As CelebA and WILDS number them. */
const countedSplits: readonly SplitName[] = ['train', 'val', 'test'];

/**
 * A column of names of splits, or of their numbers, or one of 0 and 1 that is called "is_train" or the like. Some of its lines may
 * say nothing, or something else, if it is clear from its name or from the other lines what it is.
 */
export function splitColumn({ header, rows, taken, listName = '', isBeginning = false }: Look): SplitColumn | undefined {
  const others = (rows[0] ?? []).map((_, i) => i).filter((i) => !taken.has(i));
  const columns = others.map((column) => ({
    column,
    // What stands in "train.txt" is for training; its column says something else.
    name: header?.[column]?.trim() ?? (others.length === 1 && splitName(listName) === undefined ? listName : ''),
    counts: countsOf(rows, column),
  }));
  for (const kind of [inWords, byFlag, byNumber])
    for (const { column, name, counts } of columns) {
      const of = kind(name, counts, { lines: rows.length, isBeginning });
      if (of) return { column, of: (text) => of((text ?? '').trim()) };
    }
  return undefined;
}

type Counts = ReadonlyMap<string, number>;
type Kind = (name: string, counts: Counts, of: { lines: number; isBeginning: boolean }) => ((text: string) => Purpose) | undefined;

function countsOf(rows: Look['rows'], column: number): Counts {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const text = (row[column] ?? '').trim();
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

const inWords: Kind = (name, counts, { lines, isBeginning }) => {
  // The names of many files or classes are no names of parts.
  const texts = [...counts.keys()].slice(0, 1000);
  const named = splitNames(texts);
  const splits = new Map(texts.flatMap((text, i) => (named[i] ? [[text, named[i]] as const] : [])));
  const sum = (those: readonly string[]) => those.reduce((all, text) => all + counts.get(text)!, 0);
  const said = sum([...splits.keys()]);
  const other = lines - said - sum([...counts.keys()].filter(isBlank));
  const parts = new Set(splits.values()).size;
  const is =
    said === lines ||
    (!isLabelName(name) &&
      ((2 * said >= lines && (other === 0 || parts > 1 || saysSplit(name))) ||
        (saysSplit(name) && (parts > 1 || (isBeginning && other === 0 && !splitOfFlag(name))))));
  return is ? (text) => splits.get(text) ?? splitName(text) ?? 'none' : undefined;
};

const byFlag: Kind = (name, counts, { lines, isBeginning }) => {
  const split = splitOfFlag(name);
  if (!split) return undefined;
  // A column of whole numbers becomes one of decimals where something is missing.
  const flag = (text: string) => /^(?:[01](?:\.0*)?|true|false)$/i.test(text);
  const isSet = (text: string) => /^(?:1(?:\.0*)?|true)$/i.test(text);
  const flags = [...counts].filter(([text]) => flag(text));
  const said = flags.reduce((all, [, count]) => all + count, 0);
  const values = new Set(flags.map(([text]) => isSet(text))).size;
  if (2 * said < lines || values < (isBeginning ? 1 : 2)) return undefined;
  const rest: SplitName = split === 'train' ? 'test' : 'train';
  return (text) => (flag(text) ? (isSet(text) ? split : rest) : 'none');
};

const byNumber: Kind = (name, counts, { lines, isBeginning }) => {
  if (!/(?:^|[-_ ])(?:split|partition|subset)$/i.test(name)) return undefined;
  const of = (text: string) => (/^[012](?:\.0*)?$/.test(text) ? countedSplits[Number(text)] : undefined);
  const numbers = [...counts].filter(([text]) => of(text));
  const said = numbers.reduce((all, [, count]) => all + count, 0);
  // Numbers that go on are those of folds.
  const goOn = [...counts.keys()].some((text) => !of(text) && !isBlank(text) && !/^-\d+(?:\.0*)?$/.test(text));
  if (goOn || 2 * said < lines || new Set(numbers.map(([text]) => of(text))).size < (isBeginning ? 1 : 2)) return undefined;
  return (text) => of(text) ?? 'none';
};

/** What a column says of all rows alike divides nothing that the names of their files divide. */
export const divides = (purposes: readonly Purpose[], byFile: readonly SplitName[]): boolean =>
  new Set(byFile).size < 2 || new Set(purposes.filter((purpose) => purpose !== 'none')).size > 1;

/** What is left out because nothing says what it is for, a sentence for each kind. @param texts what stands in the column instead. */
export function leftWithoutPart(
  texts: readonly (string | undefined)[],
  what: string,
  { place, column }: { place: string; column: string },
): string[] {
  const kinds = Map.groupBy(texts, (text) => (isBlank(text) ? '' : text!.trim()));
  const messages: string[] = [];
  const blank = kinds.get('')?.length ?? 0;
  if (blank > 0) messages.push(`${place} has nothing in ${column} for ${counted(blank, what)}, which ${areOrIs(blank)} left out.`);
  kinds.delete('');
  const [most, ...others] = [...kinds].sort((a, b) => b[1].length - a[1].length);
  for (const [text, { length }] of most ? [most, ...others.slice(0, 4)] : [])
    messages.push(
      `${place} has "${text.slice(0, 60)}" in ${column} for ${counted(length, what)}, which is neither training, validation nor testing; ${length === 1 ? 'it is' : 'they are'} left out.`,
    );
  const rest = others.slice(4).reduce((sum, [, { length }]) => sum + length, 0);
  if (rest > 0)
    messages.push(`${place} has other words in ${column} for ${counted(rest, `more ${what}`)}, which ${areOrIs(rest)} left out.`);
  return messages;
}
