/**
 * CSV with one image in every line: its label, first or last, and a square number of grey values, with a line of column
 * names or without, as Kaggle's digits have it; also ARFF, LIBSVM's lines, and pixels in one field as FER2013 has them.
 */
import { areOrIs, counted } from '../../counted.ts';
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Problem, RawDataset, RawSplit } from '../../raw.ts';
import { take, type Reading } from '../../readings.ts';
import { baseName, folderName, type Source } from '../../sources/source.ts';
import { divided, leftForValidation, mentionedSplit, type SplitName } from '../../splits.ts';
import { uniformImages } from '../arrays/ndarray.ts';
import { shardOf } from '../arrays/shards.ts';
import { transpose, turnedUpright } from '../arrays/upright.ts';
import { contentsOf, readItem } from '../contents.ts';
import { leftWithoutPart } from '../lists/split-column.ts';
import { classLabels } from '../labels.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { areMeasured, fewLines, isSquare, tableIn, type PixelTable as Table } from './forms.ts';
import { surveyed } from './label-column.ts';
import { pairedTables } from './paired.ts';
import { readRows } from './rows.ts';
import { readPacked, readSparse, type DividedRows, type Rows } from './texts.ts';
import { isLabelName } from './table.ts';

const headBytes = 2 ** 16;
const moreBytes = 2 ** 22;
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
    const lookAt = async (bytes: number) => {
      const head = item.gzip ? await readItem(item, options) : await item.file.head(bytes);
      return tableIn(head, item.gzip || head.length < bytes);
    };
    // Of large images the first few lines do not show what numbers them, and the names of their columns are long.
    const table = await lookAt(headBytes).then((found) =>
      (found ? found.lines < fewLines : /\.arff\b/i.test(item.file.path)) ? lookAt(moreBytes).then((more) => more ?? found) : found,
    );
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
  const measured = tables.filter((table) => !table.isOneHot && areMeasured(table));
  const [odd] = measured;
  if (odd && measured.length === tables.length)
    throw new NoDataset(
      odd.item.file.label,
      `it is a table of ${odd.columns} columns called ${odd.header!.slice(0, 4).join(', ').slice(0, 100)}, …, which are measurements and no pixels; expected names such as pixel0 or 1x1, or none`,
    );
  for (const { item } of measured)
    problems.push({ file: null, message: `${item.file.path} has columns of measurements, not of pixels, and is left out.` });
  const labelled = tables.filter((table) => {
    const { item, columns, header, form, isOneHot, oneHot } = table;
    if (measured.includes(table)) return false;
    if (oneHot) return true;
    if (form !== 'columns') return true;
    if (isOneHot) return false;
    if (header?.some(isLabelName)) return true;
    const fits = isSquare(columns - 1) && !(isSquare(columns) && header);
    if (!fits && tables.length > 1 && isSquare(columns))
      problems.push({ file: null, message: `${item.file.path} has no column of labels and is left out.` });
    return fits || !isSquare(columns);
  });
  if (labelled.length === 0) {
    const paired = await pairedTables(source, tables, options);
    if (paired) return paired;
  }
  const { tables: chosen, readings } = await chooseTables(labelled, problems, options);
  const { parts, left } = divided(chosen, nameOf);
  for (const { item } of left) problems.push({ file: null, message: `${baseName(item.file.path)}, for validation, is left out.` });
  const [first] = parts[0]!;
  if (!first)
    throw new DatasetError(
      tables[0]!.item.file.label,
      `it has ${tables[0]!.columns} columns of pixels and no label; expected a label and a square number of pixels in every line`,
    );
  const bySplit = new Map<SplitName, Rows[]>();
  const inColumns = await surveyed(
    parts.flat().filter(({ form }) => form === 'columns'),
    options,
  );
  if (inColumns.reading) readings.push(inColumns.reading);
  for (const table of parts.flat()) {
    const named = parts.length > 1 || left.length > 0 ? splitNamed(table) : undefined;
    const known = inColumns.tables.find((one) => one.table === table);
    const read = known ? await readRows(known, options) : await readTexts(table, problems, options);
    for (const [split, rows] of partsOf(read, table, problems))
      bySplit.set(split ?? named ?? 'train', [...(bySplit.get(split ?? named ?? 'train') ?? []), rows]);
  }
  const present = (['train', 'test', 'val'] as const).flatMap((split) => (bySplit.has(split) ? [bySplit.get(split)!] : []));
  const read = present.slice(0, 2).map(joined);
  if (read.length === 0) throw new NoDataset(first.item.file.label, 'it holds no lines of images');
  const third = present[2]?.reduce((sum, { marks }) => sum + marks.values.length, 0);
  if (third !== undefined) problems.push({ file: null, message: leftForValidation(third) });
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
  const rowWords = first.form === 'columns' ? wordsOfRow(first, read[0]!.size) : undefined;
  const splits = read.map(({ marks: { place }, column }, i): RawSplit => ({
    images: images[i]!,
    labels: labels[i]!,
    from: { images: place, labels: place, column, ...(rowWords && { row: rowWords }) },
  }));
  const dataset: RawDataset = { name: source.name, train: splits[0]!, test: splits[1] ?? null, problems, readings };
  return classes ? { ...dataset, classes } : dataset;
}

/** "the 784 values of each line (pixel0, pixel1, …)". */
function wordsOfRow({ header, label }: Table, size: number): string {
  const names = header?.slice(label === 0 || isLabelName(header[0]!) ? 1 : 0).slice(0, 2) ?? [];
  return `the ${size} values of each line${names.length > 0 ? ` (${names.join(', ').slice(0, 60)}, …)` : ''}`;
}

/** What a table is called; LIBSVM's "usps.t" is that for testing. */
const nameOf = ({ item, form }: Table): string =>
  form === 'sparse' ? baseName(item.file.path).replace(/\.t$/i, '.test') : baseName(item.file.path);

/** Its folder, whatever part that is for, and whatever number it has. */
const folderOf = ({ item }: Table): string =>
  folderName(item.file.path)
    .split('/')
    .map((name) => mentionedSplit(name)?.rest ?? shardOf(name).stem)
    .filter(Boolean)
    .join('/');

const splitNamed = (table: Table): SplitName | undefined => mentionedSplit(nameOf(table))?.split;

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
    (table) => `${table.columns} ${folderOf(table)} ${mentionedSplit(nameOf(table))?.rest ?? shardOf(nameOf(table)).stem}`,
  );
  if (groups.size < 2) return { tables: kept, readings: [] };
  const isToTrain = (group: readonly Table[]) => Number(group.some((table) => splitNamed(table) === 'train'));
  const sorted = [...groups.values()].sort((a, b) => b[0]!.columns - a[0]!.columns || isToTrain(b) - isToTrain(a));
  // Training and test files with names of their own.
  const splits = kept.map(splitNamed);
  if (new Set(splits.map((split) => split ?? 'train')).size === kept.length && kept.every(({ columns }) => columns === kept[0]!.columns))
    return { tables: kept, readings: [] };
  const optionOf = ([first]: readonly Table[]) => ({
    name: first!.item.file.path,
    label: `the table ${first!.item.file.path}${first!.columns > 0 ? ` with ${first!.columns} columns` : ''}`,
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
    message: `${counted(left.length, 'other table')} of images, ${left.slice(0, 4).join(', ')}, ${areOrIs(left.length)} left out; ${reading.taken} is read.`,
  });
  return { tables: chosen, readings: [reading] };
}

function joined(parts: readonly Rows[]): Rows {
  const [first] = parts;
  if (parts.length === 1) return first!;
  const Values = parts.every(({ values }) => values instanceof Uint8Array) ? Uint8Array : Float64Array;
  const values = new Values(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return {
    size: first!.size,
    values,
    column: [...new Set(parts.map(({ column }) => column))].join(' and '),
    marks: { place: first!.marks.place, values: parts.flatMap(({ marks }) => Array.from(marks.values, String)) },
  };
}

const readTexts = async (table: Table, problems: Problem[], options: ReadOptions): Promise<DividedRows> =>
  table.form === 'packed'
    ? readPacked(table, options)
    : { rows: readSparse(await readItem(table.item, options), table, problems, options), purposes: undefined };

/** One part, or those that a column divides the lines into. */
function partsOf({ rows, purposes }: DividedRows, table: Table, problems: Problem[]): [SplitName | undefined, Rows][] {
  if (rows.marks.values.length === 0) return [];
  if (!purposes) return [[undefined, rows]];
  const { of, without, column } = purposes;
  for (const message of leftWithoutPart(without, 'line', { place: table.item.file.path, column })) problems.push({ file: null, message });
  const groups = Map.groupBy([...of.keys()], (line) => of[line]!);
  return [...groups].flatMap(([split, lines]) =>
    split === 'none' ? [] : [[split, lines.length === of.length ? rows : only(rows, lines)]],
  );
}

function only({ marks, column, values, size }: Rows, lines: readonly number[]): Rows {
  const chosen = new (values instanceof Uint8Array ? Uint8Array : Float64Array)(lines.length * size);
  for (const [to, line] of lines.entries()) chosen.set(values.subarray(line * size, (line + 1) * size), to * size);
  return {
    size,
    column,
    values: chosen,
    marks: { ...marks, values: lines.map((line) => String(marks.values[line])), at: (index) => marks.at!(lines[index]!) },
  };
}
