/** Lists of image files as tables: CSV, JSON lines, and JSON in the forms that are usual for labels. */
import Papa from 'papaparse';
import { DatasetError } from '../../errors.ts';
import { decodeText } from '../../text.ts';
import { readItem, type Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import { preview } from '../csv/table.ts';
import { jsonRows } from './json.ts';
import type { Table } from './rows.ts';

const headBytes = 2 ** 14;
const maxListBytes = 2 ** 28;

/** The first rows of a list, for a look at it; undefined when it is no table. The header may be among the rows. */
export async function beginningOf(item: Item, options: ReadOptions): Promise<Table | undefined> {
  if (item.kind === 'json') {
    if ((await item.file.size()) > maxListBytes) return undefined;
    const table = jsonRows(decodeText(await readItem(item, options)));
    return table && { ...table, rows: table.rows.slice(0, 200) };
  }
  const head = item.gzip ? await readItem(item, options) : await item.file.head(headBytes);
  const table = preview(listText(head), item.gzip || head.length < headBytes, 1);
  return table && { header: undefined, rows: table.rows.slice(0, 200).map((fields, line) => ({ fields, line: line + 1 })) };
}

/** All of it. Throws a DatasetError. */
export async function tableOf(item: Item, hasHeader: boolean, options: ReadOptions): Promise<Table> {
  const place = item.file.label;
  if ((await item.file.size()) > maxListBytes)
    throw new DatasetError(place, `it has more than ${maxListBytes} bytes; expected a list of image files`);
  const bytes = await readItem(item, options);
  if (item.kind === 'json') return jsonRows(decodeText(bytes))!;
  const text = listText(bytes);
  const delimiter = preview(text.slice(0, headBytes), text.length < headBytes, 1)?.delimiter ?? ',';
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const quotes = errors.find(({ type }) => type === 'Quotes');
  if (quotes) throw new DatasetError(place, `line ${(quotes.row ?? 0) + 1} has a quotation mark without its partner`);
  const rows = data
    .map((fields, i) => ({ fields, line: i + 1 }))
    .filter(({ fields }) => fields.some((field) => field.trim() !== '') && !/^\s*#/.test(fields[0]!));
  return { header: hasHeader ? rows.shift()?.fields : undefined, rows, blanks: delimiter === ' ' };
}

/**
 * Text in which a blank divides columns where several did, so that they stand below each other. Where a line with the number of
 * images comes first, as CelebA has it, it is empty, and the names of columns behind it begin with that of the image.
 */
function listText(bytes: Uint8Array): string {
  const text = decodeText(bytes);
  const start = text.slice(0, headBytes);
  const counted = /^\s*\d+[ \t]*\r?\n/.exec(start)?.[0] ?? '';
  const [first = '', second = ''] = start.slice(counted.length).split(/\r?\n/);
  const width = (line: string) => line.trim().split(/\s+/).length;
  if (/[,;\t|"]/.test(`${first}${second}`) || width(second) < 2) return text;
  const isNamed = counted !== '' && width(first) === width(second) - 1;
  const body = text.slice(counted.length);
  const even = / {2}| \r?\n/.test(start) ? body.replaceAll(/ {2,}/g, ' ').replaceAll(/^ | (?=\r?$)/gm, '') : body;
  return (counted === '' ? '' : '\n') + (isNamed ? 'image ' : '') + even;
}
