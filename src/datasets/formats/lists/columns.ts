/** What the columns of a list of images are. */
import { DatasetError } from '../../errors.ts';
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import { isLabelHeading, isLabelName } from '../csv/table.ts';
import type { Table } from './rows.ts';
import { isSplitFlag, splitColumn, type SplitColumn } from './split-column.ts';

export interface Columns {
  /** The label of a row; undefined when no column is it. */
  labelOf: ((fields: readonly string[]) => string) | undefined;
  /** What a row is for; undefined: no column says so. */
  split: SplitColumn | undefined;
  reading: Reading | undefined;
}

/** What a label may be taken from: a column, or columns of 0 and 1 of which each is a class, or says whether an image is of one. */
interface Candidate {
  name: string;
  label: string;
  labelOf: (fields: readonly string[]) => string;
}

/** Throws a DatasetError when columns of classes mark several, or none. */
export function columnsOf(
  { header, rows }: Table,
  pathColumn: number,
  { place, wanted }: { place: string; wanted: WantedReadings | undefined },
): Columns {
  const all = rows.map(({ fields }) => fields);
  const listName = /([^\\/]*?)(?:\.\w+)?$/.exec(place)![1]!;
  const splitBeside = (columns: readonly number[]) =>
    splitColumn({ header, rows: all, taken: new Set([pathColumn, ...columns]), listName });
  const marks = markColumns(header, all, pathColumn);
  if (marks && header) {
    const ofRuns = marks.runs.map((run): Candidate => {
      const names = run.map((column) => header[column]!.trim());
      return {
        name: `${names[0]!}..${names.at(-1)!}`,
        label: `the columns ${names.slice(0, 5).join(', ')}${names.length > 5 ? `, … (${names.length})` : ''}, a class each`,
        labelOf: (fields) => header[run.find((column) => Number(fields[column]) === 1)!]!.trim(),
      };
    });
    // A study may name a single one of the classes' columns.
    const named = marks.within.filter((column) => header[column]!.trim() === wanted?.column);
    const ofAttributes = [...marks.attributes, ...named].map((column): Candidate => {
      const name = header[column]!.trim();
      return {
        name,
        label: `whether ${name} holds`,
        labelOf: (fields) => (Number(fields[column]) === 1 ? name : `not ${name}`),
      };
    });
    const { chosen, reading } = choose([...ofRuns, ...ofAttributes], wanted, place);
    // A single set of classes, and nothing else of its kind, leaves nothing open.
    const isOpen = marks.runs.length === 0 || ofRuns.length + ofAttributes.length > 1;
    const split = splitBeside([...marks.runs.flat(), ...marks.attributes]);
    return { labelOf: chosen.labelOf, split, reading: isOpen ? reading : undefined };
  }
  const split = splitBeside([]);
  const columns = labelColumns(header, all, new Set([pathColumn, split?.column ?? pathColumn]));
  const flags = header?.some((_, i) => isLabelHeading(header, i)) ? [] : flagColumns(header, all, pathColumn);
  // Of many such columns none is the label where there is another.
  if (flags.length > 2) columns.sort((a, b) => Number(flags.includes(a)) - Number(flags.includes(b)));
  const odd = all.find((row) => flags.filter((i) => Number(row[i]) === 1).length !== 1);
  if (odd && flags.length > 2 && flags.includes(columns[0]!))
    throw new DatasetError(
      place,
      `${odd[pathColumn]!} has not exactly one 1 in its ${flags.length} columns of classes; expected one class per image`,
    );
  if (columns.length === 0) return { labelOf: undefined, split, reading: undefined };
  const candidates = columns.map((column): Candidate => {
    const name = header?.[column]?.trim() ?? '';
    return { name, label: `the column ${name}`, labelOf: (fields) => fields[column]! };
  });
  if (!header || candidates.length === 1 || new Set(candidates.map(({ name }) => name)).size < candidates.length)
    return { labelOf: candidates[0]!.labelOf, split, reading: undefined };
  const { chosen, reading } = choose(candidates, wanted, place);
  return { labelOf: chosen.labelOf, split, reading };
}

/** The one that is wanted, if this list has it, or else the first. */
function choose(
  candidates: readonly Candidate[],
  wanted: WantedReadings | undefined,
  place: string,
): { chosen: Candidate; reading: Reading } {
  const options = candidates.map(({ name, label }) => ({ name, label }));
  const reading = take('column', options, options.some(({ name }) => name === wanted?.column) ? wanted : undefined, place);
  return { chosen: candidates.find(({ name }) => name === reading.taken)!, reading };
}

/** Columns of 1 and of one other number: those that are classes together, one 1 in every line; and those that divide the images in two. */
interface MarkColumns {
  /** The largest first. */
  runs: number[][];
  attributes: number[];
  /** Those in a run that would be attributes without it. */
  within: number[];
}

/** Undefined when there are none of either. */
function markColumns(header: string[] | undefined, rows: readonly string[][], pathColumn: number): MarkColumns | undefined {
  if (!header || rows.length === 0 || header.some((_, i) => isLabelHeading(header, i))) return undefined;
  const flags = flagColumns(header, rows, pathColumn);
  const runs = oneHotRuns(flags, rows);
  const attributes = attributeColumns(header, rows, pathColumn);
  const [largest] = runs;
  if (largest && (largest.length > 2 || !attributes)) {
    const others = flags.filter((column) => !runs.flat().includes(column) && divides(rows, column));
    return { runs, attributes: others, within: attributes?.filter((column) => !others.includes(column)) ?? [] };
  }
  return attributes && { runs: [], attributes, within: [] };
}

/** Columns of 0 and 1, but those that say which images are for training. */
function flagColumns(header: string[] | undefined, rows: readonly string[][], pathColumn: number): number[] {
  const isMark = (text: string | undefined) => text !== undefined && /^\s*[01](?:\.0*)?\s*$/.test(text);
  return [...(header ?? []).keys()].filter(
    (i) => i !== pathColumn && !isSplitFlag(header![i]!.trim()) && rows.every((row) => isMark(row[i])),
  );
}

/** Those that stand side by side and have exactly one 1 in every line. */
function oneHotRuns(flags: readonly number[], rows: readonly string[][]): number[][] {
  const ones = flags.map((column) => rows.filter((row) => Number(row[column]) === 1).length);
  const runs: number[][] = [];
  let sum = 0;
  for (let from = 0, to = 0; to < flags.length; to++) {
    sum += ones[to]!;
    while (sum > rows.length) sum -= ones[from++]!;
    const run = flags.slice(from, to + 1);
    if (sum < rows.length || run.length < 2) continue;
    // Classes without any images stand at the end as well.
    while (ones[to + 1] === 0) run.push(flags[++to]!);
    if (!rows.every((row) => run.filter((column) => Number(row[column]) === 1).length === 1)) continue;
    runs.push(run);
    [from, sum] = [to + 1, 0];
  }
  return runs.sort((a, b) => b.length - a.length);
}

const shareOfOnes = (rows: readonly string[][], column: number): number =>
  rows.filter((row) => Number(row[column]) === 1).length / rows.length;

const divides = (rows: readonly string[][], column: number): boolean => {
  const share = shareOfOnes(rows, column);
  return share > 0 && share < 1;
};

/**
 * Columns of 1 and -1, or of 1 and 0 of which most images have several, as CelebA describes faces: each divides the images in two.
 * The one that does it most evenly comes first.
 */
function attributeColumns(header: string[], rows: readonly string[][], pathColumn: number): number[] | undefined {
  if (rows.length < 2) return undefined;
  for (const low of [-1, 0]) {
    const isMark = (text: string | undefined) => text?.trim() !== '' && (Number(text) === low || Number(text) === 1);
    const columns = [...header.keys()].filter(
      (i) => i !== pathColumn && !isSplitFlag(header[i]!.trim()) && rows.every((row) => isMark(row[i])),
    );
    const single = rows.filter((row) => columns.filter((i) => Number(row[i]) === 1).length === 1).length;
    const divide = columns.filter((column) => divides(rows, column));
    const evenness = new Map(divide.map((column) => [column, Math.abs(shareOfOnes(rows, column) - 0.5)]));
    if (divide.length > (low < 0 ? 1 : 2) && (low < 0 || 2 * single < rows.length))
      return divide.sort((a, b) => evenness.get(a)! - evenness.get(b)!);
  }
  return undefined;
}

/** Those that are called so, or else those with values that come again and again; the likeliest first. */
function labelColumns(header: string[] | undefined, rows: readonly string[][], taken: ReadonlySet<number>): number[] {
  const isSum = (text: string | undefined) => /^\s*[0-9a-f]{32,}\s*$/i.test(text ?? '');
  const others = (rows[0] ?? []).map((_, i) => i).filter((i) => !taken.has(i) && !rows.every((row) => isSum(row[i])));
  const values = (column: number) => new Set(rows.map((row) => row[column]));
  const recurring = others.filter((i) => {
    // What numbers patients, wounds or lines is no class.
    if (/(?:^|[-_ ])(?:ids?|index|no|number)$/i.test(header?.[i]?.trim() ?? '') && !isLabelName(header?.[i] ?? '')) return false;
    const { size } = values(i);
    return size > 1 && size <= rows.length / 2;
  });
  const named = others
    .filter((i) => header && isLabelHeading(header, i))
    .sort((a, b) => Number(values(b).size > 1) - Number(values(a).size > 1));
  // Of numbers of classes and names of the same ones, the names.
  const [first] = named;
  const isText = (column: number) => rows.every((row) => (row[column] ?? '').trim() !== '' && Number.isNaN(Number(row[column])));
  const isSame = (a: number, b: number) =>
    values(a).size === values(b).size && new Set(rows.map((row) => `${row[a]}\n${row[b]}`)).size === values(a).size;
  const text = first !== undefined && !isText(first) ? named.find((i) => isText(i) && isSame(first, i)) : undefined;
  if (text !== undefined) named.sort((a, b) => Number(b === text) - Number(a === text));
  if (named.length > 0) return [...named, ...recurring.filter((i) => !named.includes(i))];
  // The only other column may hold one class alone, or a few images of many; numbers that are all different count the lines.
  if (others.length === 1 && (values(others[0]!).size < rows.length || rows.length < 8)) return others;
  return recurring;
}
