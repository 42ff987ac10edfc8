/** In which of the usual forms a text holds images, one in every line. */
import { decodeText } from '../../text.ts';
import type { Item } from '../contents.ts';
import { isNumber, preview } from './table.ts';

/** Fewer columns are a table of something else. */
const minColumns = 10;
/** Fewer pixels are no image. */
const minPixels = 16;

interface Form {
  /** A value in each column; all pixels in one column; the pixels that are not 0, with their numbers. */
  form: 'columns' | 'packed' | 'sparse';
  delimiter: string;
  /** Of a line, without one that counts the lines. */
  columns: number;
  header: string[] | undefined;
  /** Lines before the first image. */
  skip: number;
  /** Whether a column before all others counts the lines. */
  index: boolean;
}

export interface PixelTable extends Form {
  item: Item;
}

/** Undefined when it is none. */
export function tableIn(head: Uint8Array, whole: boolean): Form | undefined {
  const text = decodeText(head);
  return arffIn(text) ?? sparseIn(text) ?? columnsIn(head, whole);
}

function columnsIn(head: Uint8Array, whole: boolean): Form | undefined {
  const table = preview(head, whole);
  if (!table) return undefined;
  const { delimiter } = table;
  // Decimal commas.
  const number = (field: string) => isNumber(delimiter === ';' ? field.replace(',', '.') : field);
  const packed = packedIn(table.rows);
  if (packed) return { form: 'packed', delimiter, columns: packed.columns, header: table.rows[0]!, skip: 1, index: false };
  const blank = (delimiter === ' ' || delimiter === '\t') && table.rows.every((row) => row.at(-1) === '');
  const rows = blank ? table.rows.map((row) => row.slice(0, -1)) : table.rows;
  if (rows[0]!.length < minColumns) return undefined;
  const inner = (row: readonly string[]) => row.slice(1, -1);
  const named = !inner(rows[0]!).every(number) || isNumbered(rows);
  const body = rows[named ? 1 : 0];
  if (!body || inner(body).filter(number).length < 0.9 * (body.length - 2)) return undefined;
  const index = isCounted(rows.slice(named ? 1 : 0), named ? rows[0] : undefined);
  const header = named ? rows[0]!.slice(index ? 1 : 0) : undefined;
  return { form: 'columns', delimiter, columns: body.length - (index ? 1 : 0), header, skip: named ? 1 : 0, index };
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
    ? { form: 'sparse', delimiter: ' ', columns: 0, header: undefined, skip: 0, index: false }
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
  return { form: 'columns', delimiter: ',', columns: header.length, header, skip: data + 1, index: false };
}
