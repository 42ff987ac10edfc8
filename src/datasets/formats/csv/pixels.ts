/**
 * CSV with one image in every line: its label, first or last, and a square number of grey values, with a line of column
 * names or without, as Kaggle's digits have it; also ARFF, LIBSVM's lines, and pixels in one field as FER2013 has them.
 */
import { DatasetError } from '../../errors.ts';
import type { Problem, RawDataset, RawSplit } from '../../raw.ts';
import { take, type Reading } from '../../readings.ts';
import { baseName, type Source } from '../../sources/source.ts';
import { divided, mentionedSplit } from '../../splits.ts';
import { decodeText, utf16 } from '../../text.ts';
import { uniformImages } from '../arrays/ndarray.ts';
import { shardOf } from '../arrays/shards.ts';
import { transpose, turnedUpright } from '../arrays/upright.ts';
import { contentsOf, readItem } from '../contents.ts';
import { classLabels } from '../labels.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { isSquare, tableIn, type PixelTable as Table } from './forms.ts';
import { readPacked, readSparse, type Rows } from './texts.ts';
import { isLabelName, isNumber } from './table.ts';

const headBytes = 2 ** 16;
const known = new WeakMap<Source, Promise<Table[]>>();

/** Text files whose lines are numbers, all but perhaps the first or the last field. */
function tablesOf(source: Source, options: ReadOptions): Promise<Table[]> {
  const tables = known.get(source) ?? findTables(source, options);
  known.set(source, tables);
  return tables;
}

async function findTables(source: Source, options: ReadOptions): Promise<Table[]> {
  const { items } = await contentsOf(source, options);
  const tables: Table[] = [];
  for (const item of items.filter(({ kind }) => kind === 'text').slice(0, 100)) {
    const head = item.gzip ? await readItem(item, options) : await item.file.head(headBytes);
    const table = tableIn(head, item.gzip || head.length < headBytes);
    if (table) tables.push({ item, ...table });
  }
  return tables;
}

export const csvPixelReader: Reader = {
  name: 'CSV of pixels',
  kinds: ['text'],
  looksLike: async (source, options) => (await tablesOf(source, options)).length > 0,
  read: readTables,
};

async function readTables(source: Source, options: ReadOptions): Promise<RawDataset> {
  const tables = (await tablesOf(source, options)).sort((a, b) => (a.item.file.path < b.item.file.path ? -1 : 1));
  const problems: Problem[] = [];
  // The test file of a competition has no labels: as many columns as there are pixels.
  const labelled = tables.filter(({ item, columns, header, form }) => {
    if (form !== 'columns') return true;
    const fits = isSquare(columns - 1) && !(isSquare(columns) && header && !header.some(isLabelName));
    if (!fits && tables.length > 1 && isSquare(columns))
      problems.push({ file: null, message: `${item.file.path} has no column of labels and is left out.` });
    return fits || !isSquare(columns);
  });
  const { tables: chosen, readings } = await chooseTables(labelled, problems, options);
  const { parts, left } = divided(chosen, ({ item }) => baseName(item.file.path));
  for (const { item } of left) problems.push({ file: null, message: `${baseName(item.file.path)}, for validation, is left out.` });
  const [first] = parts[0]!;
  if (!first)
    throw new DatasetError(
      tables[0]!.item.file.label,
      `it has ${tables[0]!.columns} columns of pixels and no label; expected a label and a square number of pixels in every line`,
    );
  let read: Rows[] = [];
  for (const part of parts) {
    const rows: Rows[] = [];
    for (const table of part) rows.push(...(await rowsOf(table, problems, options)));
    if (part.length > 1) rows.splice(0, rows.length, joined(rows));
    read.push(...rows);
  }
  read = read.filter(({ marks }) => marks.values.length > 0);
  const { labels, classes } = classLabels(read.map(({ marks }) => marks));
  const images = uniformImages(
    read.map(({ marks, values, size }) => ({
      array: { shape: [marks.values.length, size], data: values, fortran: false },
      count: 0,
      place: marks.place,
    })),
    problems,
  );
  // Those of EMNIST are on their side, in every form that they come in.
  if (chosen.every(({ item }) => /emnist/i.test(item.file.path))) {
    for (const one of images) transpose(one);
    problems.push({ file: null, message: turnedUpright });
  }
  const splits = read.map(({ marks: { place } }, i): RawSplit => ({
    images: images[i]!,
    labels: labels[i]!,
    from: { images: place, labels: place },
  }));
  const dataset: RawDataset = { name: source.name, train: splits[0]!, test: splits[1] ?? null, problems, readings };
  return classes ? { ...dataset, classes } : dataset;
}

/** Of copies one is read; of tables that hold different images, the one that is wanted. */
async function chooseTables(
  tables: readonly Table[],
  problems: Problem[],
  { reading: wanted }: ReadOptions,
): Promise<{ tables: Table[]; readings: Reading[] }> {
  const kept: Table[] = [];
  const seen = new Map<string, Table>();
  for (const table of tables) {
    const { path } = table.item.file;
    const key = `${baseName(path)} ${await table.item.file.size()} ${table.columns}`;
    const twin = seen.get(key);
    if (twin) problems.push({ file: null, message: `${path} is ${twin.item.file.path} once more and is left out.` });
    else {
      seen.set(key, table);
      kept.push(table);
    }
  }
  const groups = Map.groupBy(
    kept,
    ({ item, columns }) => `${columns} ${mentionedSplit(baseName(item.file.path))?.rest ?? shardOf(baseName(item.file.path)).stem}`,
  );
  if (groups.size < 2) return { tables: kept, readings: [] };
  const sorted = [...groups.values()].sort((a, b) => b[0]!.columns - a[0]!.columns);
  // Training and test files with names of their own.
  const splits = kept.map(({ item }) => mentionedSplit(baseName(item.file.path))?.split);
  if (new Set(splits).size === kept.length && kept.every(({ columns }) => columns === kept[0]!.columns))
    return { tables: kept, readings: [] };
  const optionOf = ([first]: readonly Table[]) => ({
    name: first!.item.file.path,
    label: `the table ${first!.item.file.path} with ${first!.columns} columns`,
  });
  const reading = take(
    'table',
    sorted.map((group) => optionOf(group)),
    wanted,
    kept[0]!.item.file.label,
  );
  const chosen = sorted.find((group) => optionOf(group).name === reading.taken)!;
  const left = kept.filter((table) => !chosen.includes(table)).map(({ item }) => item.file.path);
  problems.push({
    file: null,
    message: `${left.length} other tables of images, ${left.slice(0, 4).join(', ')}, are left out; ${reading.taken} is read.`,
  });
  return { tables: chosen, readings: [reading] };
}

function joined(parts: readonly Rows[]): Rows {
  const [first] = parts;
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  const bytes = parts.every((part) => part.values instanceof Uint8Array) ? Uint8Array.from(values) : values;
  return {
    size: first!.size,
    values: bytes,
    marks: { place: first!.marks.place, values: parts.flatMap(({ marks }) => Array.from(marks.values, String)) },
  };
}

/** One part, or those that a column divides the lines into. */
async function rowsOf(table: Table, problems: Problem[], options: ReadOptions): Promise<Rows[]> {
  const bytes = await readItem(table.item, options);
  if (table.form === 'packed') return readPacked(bytes, table, problems, options);
  if (table.form === 'sparse') return [readSparse(bytes, table, problems, options)];
  return [readRows(bytes, table, options)];
}

/** Numbers of all lines. Throws a DatasetError that names the line and the column. */
function readRows(all: Uint8Array, { item, delimiter, columns, header, skip, index }: Table, options: ReadOptions): Rows {
  const place = item.file.label;
  const size = columns - 1;
  const bytes = utf16(all) ? new TextEncoder().encode(decodeText(all)) : all;
  const lines: { start: number; end: number; number: number }[] = [];
  for (let start = 0, number = 1; start < bytes.length; number++) {
    const next = bytes.indexOf(0x0a, start);
    const stop = next < 0 ? bytes.length : next;
    let end = bytes[stop - 1] === 0x0d ? stop - 1 : stop;
    // A blank at the end of a line divides nothing.
    if (delimiter === ' ' || delimiter === '\t') while (end > start && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09)) end--;
    if (end > start && number > skip) lines.push({ start, end, number });
    start = stop + 1;
  }
  // The shortest line there can be has a digit and a delimiter for every column, so that this is bounded by the file's size.
  if (lines.length * size * 8 > options.limits.dataBytes)
    throw new DatasetError(
      place,
      `its images take ${lines.length * size * 8} bytes of memory; expected at most ${options.limits.dataBytes}`,
    );
  const scanner = new Scanner(bytes, delimiter.charCodeAt(0), place, index);
  const labelColumn = labelColumnOf(scanner, lines, columns, header);
  const texts: string[] = [];
  const shift = labelColumn === 0 ? 1 : 0;
  let values: Uint8Array | Float64Array = new Uint8Array(lines.length * size);
  for (const [i, line] of lines.entries()) {
    scanner.begin(line.start, line.end, line.number);
    for (let column = 0; column < columns; column++) {
      if (column === labelColumn) {
        texts.push(scanner.text(column, columns));
        continue;
      }
      const value = scanner.number(column, columns);
      // Bytes until a value is none; everything so far fits into floats too.
      if (values instanceof Uint8Array && value !== (value & 255)) values = Float64Array.from(values);
      values[i * size + column - shift] = value;
    }
    scanner.end(columns);
  }
  return { marks: { values: texts, place, at: (index) => `the label in line ${lines[index]!.number}` }, values, size };
}

/** 0 or the last. Named, or else the one of the two whose values look more like classes. */
function labelColumnOf(
  scanner: Scanner,
  lines: readonly { start: number; end: number; number: number }[],
  columns: number,
  header: string[] | undefined,
): number {
  const last = columns - 1;
  if (header && isLabelName(header[0]!)) return 0;
  if (header && isLabelName(header[last]!)) return last;
  const seen = [new Set<string>(), new Set<string>()] as const;
  for (const { start, end, number } of lines.slice(0, 2000)) {
    scanner.begin(start, end, number);
    const fields = scanner.ends();
    seen[0].add(fields[0]);
    seen[1].add(fields[1]);
  }
  return unlikeClasses(seen[1]) < unlikeClasses(seen[0]) ? last : 0;
}

/** Classes are names, or numbers without gaps; pixels at an image's edge are all the same, or many. */
function unlikeClasses(values: ReadonlySet<string>): number {
  if (values.size < 2) return Infinity;
  if ([...values].some((value) => !isNumber(value))) return 0;
  const numbers = [...values].map(Number);
  const lowest = Math.min(...numbers);
  const gapless = (lowest === 0 || lowest === 1) && Math.max(...numbers) - lowest === values.size - 1;
  return gapless ? values.size : 1e6 * values.size;
}

/** Reads the fields of one line after the other. */
class Scanner {
  readonly #bytes: Uint8Array;
  readonly #delimiter: number;
  readonly #place: string;
  /** A column before all others counts the lines. */
  readonly #index: boolean;
  #at = 0;
  #end = 0;
  #line = 0;

  constructor(bytes: Uint8Array, delimiter: number, place: string, index: boolean) {
    this.#index = index;
    this.#bytes = bytes;
    this.#delimiter = delimiter;
    this.#place = place;
  }

  begin(start: number, end: number, line: number): void {
    this.#at = start;
    this.#end = end;
    this.#line = line;
    if (this.#index) this.text(0, 1);
  }

  /** First and last field. */
  ends(): [string, string] {
    const line = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, this.#end - this.#at);
    const first = line.indexOf(this.#delimiter);
    const last = line.lastIndexOf(this.#delimiter);
    return [unquote(line.toString('utf8', 0, first < 0 ? line.length : first)), unquote(line.toString('utf8', last + 1))];
  }

  number(column: number, columns: number): number {
    const start = this.#at;
    let value = 0;
    for (; this.#at < this.#end; this.#at++) {
      const digit = this.#bytes[this.#at]! - 0x30;
      if (digit < 0 || digit > 9 || this.#at - start > 8) break;
      value = 10 * value + digit;
    }
    // Whole numbers, nearly all there are, are read here; whatever else comes is left to JavaScript.
    if (this.#at > start && (this.#at === this.#end || this.#bytes[this.#at] === this.#delimiter)) {
      this.#at++;
      return value;
    }
    this.#at = start;
    const text = this.text(column, columns);
    const number = text === '' ? NaN : Number(this.#delimiter === 0x3b ? text.replace(',', '.') : text);
    if (!Number.isFinite(number))
      throw new DatasetError(
        this.#place,
        `line ${this.#line}, column ${column + 1} has ${text === '' ? 'nothing' : `"${text.slice(0, 30)}"`} in it; expected a finite number`,
      );
    return number;
  }

  text(column: number, columns: number): string {
    if (this.#at > this.#end) throw new DatasetError(this.#place, `line ${this.#line} has ${column} columns; expected ${columns}`);
    const next = this.#bytes.indexOf(this.#delimiter, this.#at);
    const end = next < 0 || next > this.#end ? this.#end : next;
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, end - this.#at).toString('utf8');
    this.#at = end + 1;
    return unquote(text);
  }

  end(columns: number): void {
    if (this.#at <= this.#end)
      throw new DatasetError(this.#place, `line ${this.#line} has more than ${columns} columns; expected ${columns}`);
  }
}

const unquote = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$/s, '$1')
    .replaceAll('""', '"')
    .replace(/^\uFEFF/, '');
