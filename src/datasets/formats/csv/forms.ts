/** In which of the usual forms a text holds images, one in every line. */
import { decodeText } from '../../text.ts';
import type { Item } from '../contents.ts';
import { mentionedSplit, type SplitName } from '../../splits.ts';
import { splitColumn } from '../lists/columns.ts';
import { isLabelName, isNumber, preview } from './table.ts';

/** Fewer columns are a table of something else. */
const minColumns = 10;
/** Fewer pixels are no image. */
const minPixels = 16;

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
  /** The one among these that says what a line is for. */
  split?: SplitColumn | undefined;
  /** The label, where its name tells. */
  label?: number | undefined;
}

export interface SplitColumn {
  column: number;
  of: (text: string) => SplitName | undefined;
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
  const table = preview(text, whole);
  if (!table) return undefined;
  const { delimiter } = table;
  // Decimal commas.
  const number = (field: string) => isNumber(delimiter === ';' ? field.replace(',', '.') : field);
  const packed = packedIn(table.rows);
  if (packed) return { form: 'packed', delimiter, columns: packed.columns, header: table.rows[0]!, skip: 1, left: [] };
  const blank = (delimiter === ' ' || delimiter === '\t') && table.rows.every((row) => row.at(-1) === '');
  const rows = blank ? table.rows.map((row) => row.slice(0, -1)) : table.rows;
  if (rows[0]!.length < minColumns) return undefined;
  // A line that says what it is for is none of names.
  const usage = textualSplit(rows);
  const inner = (row: readonly string[]) => row.filter((_, i) => i > 0 && i < row.length - 1 && i !== usage);
  const named = !inner(rows[0]!).every(number) || isNumbered(rows);
  const body = rows.slice(named ? 1 : 0);
  const [first] = body;
  if (!first || inner(first).filter(number).length < 0.9 * inner(first).length) return undefined;
  const header = named ? rows[0]! : undefined;
  const split = splitIn(header, body);
  const base = split ? [split.column] : [];
  const ways = [...(isCounted(body, header) ? [[0]] : []), base, [...base, ...idsIn(header)].sort((x, y) => x - y)];
  const usual = ways.find((out) => isSquare(first.length - out.length - 1)) ?? base;
  const left = usual === base ? [...base, ...soleIds(header, body, base)] : usual;
  const rest = first.map((_, i) => i).filter((i) => !left.includes(i));
  const label = header && [rest[0]!, rest.at(-1)!, ...rest].find((i) => isLabelName(header[i]!));
  return {
    form: 'columns',
    delimiter,
    columns: rest.length,
    header: header && rest.map((i) => header[i]!),
    skip: named ? 1 : 0,
    left,
    split,
    label,
  };
}

/** What a text in a column of purposes says; FER2013's public test is what its authors validated on. */
export const usageOf = (text: string | undefined): SplitName | undefined =>
  /^\s*public\s*test\s*$/i.test(text ?? '') ? 'val' : mentionedSplit(text ?? '')?.split;

const textualSplit = (rows: readonly string[][]): number | undefined => {
  const column = (rows[0] ?? []).findIndex((_, i) => rows.every((row) => usageOf(row[i]) !== undefined));
  return column < 0 ? undefined : column;
};

/** Texts, or numbers under a name that says what they mean. */
function splitIn(header: readonly string[] | undefined, body: readonly string[][]): SplitColumn | undefined {
  const textual = textualSplit(body);
  if (textual !== undefined) return { column: textual, of: usageOf };
  if (!header) return undefined;
  const isOther = (name: string) => /split|partition|subset|train|test/i.test(name);
  const taken = new Set(header.flatMap((name, i) => (isOther(name) ? [] : [i])));
  if (taken.size === header.length) return undefined;
  const found = splitColumn([...header], body, taken, '');
  return found && { column: found.column, of: (text) => found.of(Object.assign([], { [found.column]: text })) };
}

/** Names and numbers of images. */
const idsIn = (header: readonly string[] | undefined): number[] =>
  (header ?? []).flatMap((name, i) =>
    /^(?:unnamed.*|(?:(?:image|img|file|row|sample)[-_ ]?)?(?:id|index|no|number|name|file|image|path))$/i.test(name.trim()) ? [i] : [],
  );

/** Ids beside pixels alone, as in a competition's test file: a first or last column that is called so and counts up line by line. */
function soleIds(header: readonly string[] | undefined, body: readonly string[][], base: readonly number[]): number[] {
  if (!header || header.some(isLabelName) || body.length < 2 || !isSquare(header.length - base.length - 1)) return [];
  const rest = [...header.keys()].filter((i) => !base.includes(i));
  const counts = (i: number) => body.every((row, line) => /^\s*\d+\s*$/.test(row[i]!) && Number(row[i]) === Number(body[0]![i]) + line);
  return idsIn(header)
    .filter((i) => (i === rest[0] || i === rest.at(-1)) && counts(i))
    .slice(0, 1);
}

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

/** A first column without a name that counts up by one, where a label and a square number of pixels follow. */
function isCounted(rows: readonly string[][], header: readonly string[] | undefined): boolean {
  if (rows.length < 2 || !isSquare(rows[0]!.length - 2)) return false;
  if (header && !/^(?:unnamed.*|index|id|)$/i.test(header[0]!.trim())) return false;
  const start = Number(rows[0]![0]);
  return [0, 1].includes(start) && rows.every((row, i) => Number(row[0]) === start + i);
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
    ? { form: 'sparse', delimiter: ' ', columns: 0, header: undefined, skip: 0, left: [] }
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
    label: [0, header.length - 1].find((i) => isLabelName(header[i]!)),
  };
}
