/** What the columns of a list of images are. */
import { DatasetError } from '../../errors.ts';
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import { splitName, type SplitName } from '../../splits.ts';
import { isLabelName } from '../csv/table.ts';
import type { Table } from './rows.ts';

export interface Columns {
  /** The label of a row; undefined when no column is it. */
  labelOf: ((fields: readonly string[]) => string) | undefined;
  /** What a row is for; undefined: no column says so. */
  split: ((fields: readonly string[]) => SplitName | undefined) | undefined;
  reading: Reading | undefined;
}

/** Throws a DatasetError when columns of classes mark several, or none. */
export function columnsOf(
  { header, rows }: Table,
  pathColumn: number,
  { place, wanted }: { place: string; wanted: WantedReadings | undefined },
): Columns {
  const all = rows.map(({ fields }) => fields);
  const listName = /([^\\/]*?)(?:\.\w+)?$/.exec(place)![1]!;
  const attributes = attributeColumns(header, all, pathColumn);
  if (attributes) {
    const options = attributes.map((column) => ({ name: header![column]!.trim(), label: `whether ${header![column]!.trim()} holds` }));
    const reading = take('column', options, options.some(({ name }) => name === wanted?.column) ? wanted : undefined, place);
    const column = header!.findIndex((name) => name.trim() === reading.taken);
    const labelOf = (fields: readonly string[]) => (Number(fields[column]) === 1 ? reading.taken : `not ${reading.taken}`);
    return { labelOf, split: splitColumn(header, all, new Set([pathColumn, ...attributes]), listName)?.of, reading };
  }
  const marked = markedColumns(header, all, pathColumn, place);
  if (marked) {
    const labelOf = (fields: readonly string[]) => header![marked.find((column) => Number(fields[column]) === 1)!]!.trim();
    return { labelOf, split: splitColumn(header, all, new Set([pathColumn, ...marked]), listName)?.of, reading: undefined };
  }
  const split = splitColumn(header, all, new Set([pathColumn]), listName);
  const candidates = labelColumns(header, all, new Set([pathColumn, split?.column ?? pathColumn]));
  const named =
    header &&
    candidates.length > 1 &&
    candidates.map((column) => ({ name: header[column]!.trim(), label: `the column ${header[column]!.trim()}` }));
  const distinct = named && new Set(named.map(({ name }) => name)).size === named.length;
  const reading = distinct
    ? take('column', named, wanted && named.some(({ name }) => name === wanted.column) ? wanted : undefined, place)
    : undefined;
  const column = reading ? header!.findIndex((name) => name.trim() === reading.taken) : candidates[0];
  return { labelOf: column === undefined ? undefined : (fields) => fields[column]!, split: split?.of, reading };
}

interface SplitColumn {
  column: number;
  of: (fields: readonly string[]) => SplitName | undefined;
}

/** As CelebA and WILDS number them. */
const countedSplits: Record<string, SplitName> = { 0: 'train', 1: 'val', 2: 'test' };

/** A column of names of splits, or of their numbers, or one of 0 and 1 that is called "is_train" or the like; in CUB's "train_test_split" 1 is training. */
export function splitColumn(
  header: string[] | undefined,
  rows: readonly string[][],
  taken: ReadonlySet<number>,
  listName: string,
): SplitColumn | undefined {
  const others = (rows[0] ?? []).map((_, i) => i).filter((i) => !taken.has(i));
  const text = (fields: readonly string[], column: number) => (fields[column] ?? '').trim();
  const named = others.find((i) => rows.every((row) => splitName(text(row, i)) !== undefined));
  if (named !== undefined) return { column: named, of: (fields) => splitName(text(fields, named)) };
  for (const column of others) {
    const name = header?.[column]?.trim() ?? '';
    const split = /train.*test.*split|train.*split/i.test(name) ? 'train' : splitName(name.replace(/^is[-_ ]?/i, ''));
    const values = new Set(rows.map((row) => text(row, column).toLowerCase()));
    if (!split || values.size !== 2 || ![...values].every((value) => /^(?:[01]|true|false)$/.test(value))) continue;
    const other: SplitName = split === 'train' ? 'test' : 'train';
    return { column, of: (fields) => (/^(?:1|true)$/i.test(text(fields, column)) ? split : other) };
  }
  const counted = others.find((i) => {
    const values = new Set(rows.map((row) => text(row, i)));
    const name = header?.[i]?.trim() ?? (others.length === 1 ? listName : '');
    return /(?:^|[-_ ])(?:split|partition|subset)$/i.test(name) && values.size > 1 && [...values].every((value) => countedSplits[value]);
  });
  if (counted !== undefined) return { column: counted, of: (fields) => countedSplits[text(fields, counted)] };
  return undefined;
}

/**
 * Columns of 1 and -1, or of 1 and 0 of which most images have several, as CelebA describes faces: each divides the images in two.
 * The one that does it most evenly comes first.
 */
function attributeColumns(header: string[] | undefined, rows: readonly string[][], pathColumn: number): number[] | undefined {
  if (!header || rows.length < 2 || header.some(isLabelName)) return undefined;
  for (const low of [-1, 0]) {
    const isMark = (text: string | undefined) => text?.trim() !== '' && (Number(text) === low || Number(text) === 1);
    const columns = [...header.keys()].filter((i) => i !== pathColumn && rows.every((row) => isMark(row[i])));
    const single = rows.filter((row) => columns.filter((i) => Number(row[i]) === 1).length === 1).length;
    const share = (column: number) => rows.filter((row) => Number(row[column]) === 1).length / rows.length;
    const shares = new Map(columns.map((column) => [column, share(column)]));
    const divide = columns.filter((column) => shares.get(column)! > 0 && shares.get(column)! < 1);
    if (divide.length > (low < 0 ? 1 : 2) && (low < 0 || 2 * single < rows.length))
      return divide.sort((a, b) => Math.abs(shares.get(a)! - 0.5) - Math.abs(shares.get(b)! - 0.5));
  }
  return undefined;
}

/**
 * Columns of 0 and 1, one for each class and named after it; undefined when there are none. Throws a DatasetError when they
 * give an image several classes, or none.
 */
function markedColumns(header: string[] | undefined, rows: readonly string[][], pathColumn: number, place: string): number[] | undefined {
  if (!header || rows.length === 0 || header.some(isLabelName)) return undefined;
  const isMark = (text: string | undefined) => text !== undefined && /^\s*[01](?:\.0*)?\s*$/.test(text);
  const columns = [...header.keys()].filter((i) => i !== pathColumn && rows.every((row) => isMark(row[i])));
  if (columns.length < 2) return undefined;
  const odd = rows.findIndex((row) => columns.filter((i) => Number(row[i]) === 1).length !== 1);
  if (odd < 0) return columns;
  if (columns.length === 2) return undefined;
  throw new DatasetError(
    place,
    `${rows[odd]![pathColumn]!} has not exactly one 1 in its ${columns.length} columns of classes; expected one class per image`,
  );
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
  const named = others.filter((i) => header && isLabelName(header[i] ?? ''));
  if (named.length > 0) return [...named, ...recurring.filter((i) => !named.includes(i))];
  // The only other column may hold one class alone, or a few images of many; numbers that are all different count the lines.
  if (others.length === 1 && (values(others[0]!).size < rows.length || rows.length < 8)) return others;
  return recurring;
}
