/** In which of the usual forms a text holds images, one in every line. */
import { decodeText } from '../../text.ts';
import type { Item } from '../contents.ts';
import { splitColumn, type SplitColumn } from '../lists/split-column.ts';
import { columnWords, isLabelName, isNumber, preview } from './table.ts';

/** Fewer columns are a table of something else. */
export const minColumns = 10;
/** Fewer pixels are no image. */
const minPixels = 16;
/** Fewer lines do not show that a column has nothing twice. */
export const fewLines = 20;

interface Form {
  /** A value in each column; all pixels in one column; the pixels that are not 0, with their numbers. */
  form: 'columns' | 'packed' | 'sparse';
  delimiter: string;
  /** Of a line, without those that are left out. */
  columns: number;
  /** Their names. */
  header: string[] | undefined;
  /** Lines before the first image. */
  skip: number;
  /** Columns that are neither pixels nor the label. */
  left: readonly number[];
  /** How many were looked at. */
  lines: number;
  /** The one among these that says what a line is for. */
  split?: (SplitColumn & { words: string }) | undefined;
  /** The label, where its name tells. */
  label?: number | undefined;
  /** Where so many last columns are those of a class each, of which the last stands for all of them and the others are left out: their names. */
  oneHot?: readonly string[] | undefined;
  /** It holds no pixels but classes. */
  isOneHot?: boolean | undefined;
}

export interface PixelTable extends Form {
  item: Item;
}

/** Undefined when it is none. */
export function tableIn(head: Uint8Array, whole: boolean): Form | undefined {
  const text = decodeText(head);
  return arffIn(text) ?? sparseIn(text) ?? columnsIn(text, whole);
}

function columnsIn(text: string, whole: boolean): Form | undefined {
  const table = preview(evenBlanks(text), whole);
  if (!table) return undefined;
  const { delimiter } = table;
  // Decimal commas.
  const number = (field: string) => isNumber(delimiter === ';' ? field.replace(',', '.') : field);
  const packed = packedIn(table.rows);
  if (packed)
    return { form: 'packed', delimiter, columns: packed.columns, header: table.rows[0]!, skip: 1, left: [], lines: table.rows.length - 1 };
  const blank = (delimiter === ' ' || delimiter === '\t') && table.rows.every((row) => row.at(-1) === '');
  const rows = blank ? table.rows.map((row) => row.slice(0, -1)) : table.rows;
  if (rows[0]!.length < minColumns) return undefined;
  // A line that says what it is for is none of names.
  const usage = splitColumn({ header: undefined, rows, taken: numeric(rows.length > 1 ? rows.slice(1) : rows), isBeginning: true })?.column;
  const inner = (row: readonly string[]) => row.filter((_, i) => i > 0 && i < row.length - 1 && i !== usage);
  const named = !inner(rows[0]!).every(number) || isNumbered(rows) || isCounted(rows[0]!) || isCounted(rows[0]!.toReversed());
  const body = rows.slice(named ? 1 : 0);
  const [first] = body;
  if (!first || inner(first).filter(number).length < 0.9 * inner(first).length) return undefined;
  const header = named ? rows[0]! : undefined;
  const split = splitIn(header, body);
  const base = split ? [split.column] : [];
  const ways = [...(isNumbering(body, header, base) ? [[0, ...base]] : []), base, [...base, ...idsIn(header)].sort((x, y) => x - y)];
  const usual = ways.find((out) => isSquare(first.length - out.length - 1)) ?? base;
  const left: number[] = usual === base ? [...base, ...soleIds(header, body, base)] : usual;
  const all = first.map((_, i) => i);
  const classes = header?.some(isLabelName) ? 0 : classColumns(body, left);
  if (classes > 0) left.push(...all.slice(-classes, -1));
  const rest = all.filter((i) => !left.includes(i));
  const label = header && ([rest[0]!, rest.at(-1)!, ...rest].find((i) => isLabelName(header[i]!)) ?? unlikeOthers(header, rest));
  return {
    form: 'columns',
    delimiter,
    columns: rest.length,
    header: header && rest.map((i) => header[i]!),
    skip: named ? 1 : 0,
    left,
    lines: body.length,
    split,
    label: classes > 0 ? all.at(-1) : label,
    ...(classes > 0 && { oneHot: namesOfClasses(header, classes) }),
    isOneHot: isOneHot(body),
  };
}

/** Text in which one blank divides the columns where several did. */
function evenBlanks(text: string): string {
  const [first = '', second = ''] = text.split(/\r?\n/, 2);
  const isEven = /[,;\t|"]/.test(first + second) || !/^ | {2}/.test(first + second);
  return isEven ? text : text.replaceAll(/ {2,}/g, ' ').replaceAll(/^ /gm, '');
}

/** A single 1 among zeros in every line: that is the class of images in another file. */
const isOneHot = (rows: readonly string[][]): boolean =>
  rows[0]!.length > 2 &&
  rows.every((row) => {
    const numbers = row.map(Number);
    return numbers.every((number) => number === 0 || number === 1) && numbers.filter((number) => number === 1).length === 1;
  });

/** So many lines with a single 1 in their last columns are no coincidence. */
const enoughLines = 8;

/** How many columns at the end have a single 1 among zeros in every line, behind a square number of pixels; 0: none. */
function classColumns(rows: readonly string[][], left: readonly number[]): number {
  const total = rows[0]!.length;
  if (rows.length < enoughLines) return 0;
  let found = 0;
  const ones = new Uint32Array(rows.length);
  const isLast = !left.some((column) => column > 0);
  for (let count = 1; isLast && count <= total - minPixels; count++) {
    const values = rows.map((row) => Number(row[total - count]));
    if (values.some((value) => value !== 0 && value !== 1)) break;
    for (const [i, value] of values.entries()) ones[i]! += value;
    if (ones.some((sum) => sum > 1)) break;
    if (count > 1 && ones.every((sum) => sum === 1) && isSquare(total - left.length - count)) found = count;
  }
  return found;
}

/** "c0", "c1", …: their numbers. */
function namesOfClasses(header: readonly string[] | undefined, count: number): string[] {
  const names = header?.slice(-count).map((name) => name.trim()) ?? [];
  const isNamed = new Set(names).size === count && names.some((name) => !/^\D*\d+$/.test(name));
  return isNamed ? names : Array.from({ length: count }, (_, i) => String(i));
}

/** The first or the last where the names of all others are numbered alike: "p0", "p1", …, "kind". */
function unlikeOthers(header: readonly string[], columns: readonly number[]): number | undefined {
  const patterns = columns.map((i) => header[i]!.trim().replaceAll(/\d+/g, '#'));
  const [usual] = patterns.slice(1, -1);
  if (!usual?.includes('#') || patterns.slice(1, -1).some((pattern) => pattern !== usual)) return undefined;
  const [first, last] = [patterns[0] !== usual, patterns.at(-1) !== usual];
  return first === last ? undefined : columns.at(first ? 0 : -1);
}

/** Columns whose values in the first lines are numbers. */
const numeric = (rows: readonly string[][]): Set<number> =>
  new Set((rows[0] ?? []).flatMap((_, i) => (rows.every((row) => isNumber(row[i]!)) ? [i] : [])));

/** Texts, or numbers under a name that says what they mean. */
function splitIn(header: readonly string[] | undefined, body: readonly string[][]): Form['split'] {
  const isOther = (name: string) => !/split|partition|subset|usage|purpose|train|test|^(?:data)?set$/i.test(name);
  const numbers = numeric(body);
  const taken = header ? header.flatMap((name, i) => (numbers.has(i) && isOther(name.trim()) ? [i] : [])) : [...numbers];
  const found = splitColumn({ header, rows: body, taken: new Set(taken), isBeginning: true });
  return found && { ...found, words: columnWords(header, found.column, [0, body[0]!.length - 1]) };
}

/** Names and numbers of images. */
const idsIn = (header: readonly string[] | undefined): number[] =>
  (header ?? []).flatMap((name, i) =>
    /^(?:unnamed.*|(?:(?:image|img|file|row|sample)[-_ ]?)?(?:id|index|no|number|name|file|image|path))$/i.test(name.trim()) ||
    (i === 0 && name.trim() === '')
      ? [i]
      : [],
  );

/** Ids beside pixels alone, as in a competition's test file: a first or last column that is called so, and has nothing twice. */
function soleIds(header: readonly string[] | undefined, body: readonly string[][], base: readonly number[]): number[] {
  if (!header || header.some(isLabelName) || body.length < 2 || !isSquare(header.length - base.length - 1)) return [];
  const rest = [...header.keys()].filter((i) => !base.includes(i));
  return idsIn(header)
    .filter((i) => (i === rest[0] || i === rest.at(-1)) && areIds(body, i))
    .slice(0, 1);
}

/** Whole numbers or names, each there once. */
const areIds = (body: readonly string[][], column: number): boolean =>
  body.every((row) => /^\s*\d+\s*$/.test(row[column]!) || !isNumber(row[column]!)) &&
  new Set(body.map((row) => row[column]!.trim())).size === body.length;

/** The first line is "0,0.1,0.2,…": pandas' names for columns that were all called 0, above whole numbers. */
function isNumbered([first, ...rest]: readonly string[][]): boolean {
  if (!first || rest.length === 0) return false;
  const repeated = first.filter((field) => /^\d+\.\d+$/.test(field)).length;
  return (
    repeated > first.length / 2 &&
    new Set(first).size === first.length &&
    rest.every((row) => row.every((field) => !/^\d+\.\d+$/.test(field)))
  );
}

/** ",0,1,2,…": pandas' names for columns without any, behind an index or a label; or the same turned round. */
function isCounted([first, ...rest]: readonly string[]): boolean {
  if (first!.trim() !== '' && !isLabelName(first!)) return false;
  const numbers = Number(rest[0]) > Number(rest.at(-1)) ? rest.toReversed() : rest;
  const start = numbers[0]?.trim() === '1' && first!.trim() !== '' ? 1 : 0;
  return numbers.every((field, i) => field.trim() === String(i + start));
}

/** "x-box", "width", "petal length": what is measured. Names of pixels have numbers or letters for their places, or say what they are. */
export function areMeasured({ header, label }: PixelTable): boolean {
  const names = header?.filter((name) => !isLabelName(name) && name.trim() !== '').map((name) => name.trim()) ?? [];
  const isPixel = (name: string) => /\d|pix|px/i.test(name) || /^[A-Z]{1,3}$/.test(name);
  const worded = names.filter((name) => !isPixel(name)).length;
  return worded > (label === undefined ? 1 : 0) && 2 * worded > names.length;
}

/** A first column without a name that numbers the lines, in whatever order, where a label and a square number of pixels follow. */
function isNumbering(body: readonly string[][], header: readonly string[] | undefined, base: readonly number[]): boolean {
  if (body.length < 2 || !isSquare(body[0]!.length - 2 - base.length) || base.includes(0)) return false;
  if (header && !/^(?:unnamed.*|index|id|)$/i.test(header[0]!.trim())) return false;
  const start = Number(body[0]![0]);
  const countsUp = [0, 1].includes(start) && body.every((row, i) => Number(row[0]) === start + i);
  // Few lines may be of a class each.
  return countsUp || ((header !== undefined || body.length >= fewLines) && areIds(body, 0));
}

export const isSquare = (count: number): boolean =>
  count > 0 && (Number.isInteger(Math.sqrt(count)) || Number.isInteger(Math.sqrt(count / 3)));

/** A column of many numbers between blanks; FER2013's, e.g. */
function packedIn(rows: readonly string[][]): { columns: number } | undefined {
  const [header, body] = rows;
  if (!header || !body) return undefined;
  const column = body.findIndex(isPacked);
  return column >= 0 && body.length > 1 && !isPacked(header[column]!) ? { columns: body.length } : undefined;
}

export function isPacked(field: string): boolean {
  const values = field.trim().split(/\s+/);
  return values.length >= minPixels && values.every(isNumber);
}

/** "5 12:0.3 13:1": LIBSVM's. */
function sparseIn(text: string): Form | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const isSparse = (line: string) => /^\s*[-+]?\d+(?:\.\d+)?(?:\s+\d+:[-+.\deE]+)+\s*(?:#.*)?$/.test(line);
  // The last line may be cut.
  const looked = lines.slice(0, Math.max(1, lines.length - 1)).slice(0, 20);
  return looked.length > 0 && looked.every(isSparse)
    ? { form: 'sparse', delimiter: ' ', columns: 0, header: undefined, skip: 0, left: [], lines: looked.length }
    : undefined;
}

/** Weka's: names of the columns, then lines of values. */
function arffIn(text: string): Form | undefined {
  if (!/^\s*(?:%[^\n]*\n\s*)*@relation\b/i.test(text)) return undefined;
  const lines = text.split(/\r?\n/);
  const data = lines.findIndex((line) => /^\s*@data\b/i.test(line));
  const header = lines
    .slice(0, data)
    .flatMap(
      (line) => /^\s*@attribute\s+(?:'(?<quoted>[^']*)'|"(?<double>[^"]*)"|(?<plain>\S+))/i.exec(line)?.slice(1).find(Boolean) ?? [],
    );
  if (data < 0 || header.length < minColumns || lines[data + 1]?.startsWith('{')) return undefined;
  return {
    form: 'columns',
    delimiter: ',',
    columns: header.length,
    header,
    skip: data + 1,
    left: [],
    lines: fewLines,
    label: [0, header.length - 1].find((i) => isLabelName(header[i]!)),
  };
}
