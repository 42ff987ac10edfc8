/** CSV that lists image files with their labels, perhaps with a column that says which are for training and which for testing. */
import Papa from 'papaparse';
import { DatasetError, NoDataset } from '../../errors.ts';
import { imageFiles } from '../../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../../raw.ts';
import { baseName, folderName, stem, type Source, type SourceFile } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import { mentionedSplit, splitName } from '../../splits.ts';
import { classLabels, type Marks } from '../labels.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { isLabelName, preview } from './table.ts';

const headBytes = 2 ** 14;
const maxListBytes = 2 ** 28;
/** So many missing files are named one by one. */
const maxNamed = 100;

/** Finds images by what a table calls them: a path from the table's folder or the top, a name, or a name without extension. */
class Finder {
  readonly #byName = new Map<string, SourceFile | null>();

  constructor(images: readonly SourceFile[]) {
    for (const file of images) {
      // Longer paths are tried first; a name that two files have finds neither.
      for (const name of new Set([`/${file.path}`, baseName(file.path), stem(file.path)]))
        this.#byName.set(name, this.#byName.has(name) ? null : file);
    }
  }

  find(text: string, folder: string): SourceFile | undefined {
    const path = text
      .trim()
      .normalize('NFC')
      .replaceAll('\\', '/')
      .replace(/^(?:\.\/)+/, '');
    if (path === '') return undefined;
    const below = folder ? `/${folder}/${path}` : `/${path}`;
    return (
      this.#byName.get(below) ??
      this.#byName.get(`/${path}`) ??
      this.#byName.get(baseName(path)) ??
      (path.includes('/') ? undefined : this.#byName.get(path)) ??
      undefined
    );
  }
}

interface Listing {
  item: Item;
  delimiter: string;
  pathColumn: number;
  hasHeader: boolean;
}

interface Found {
  finder: Finder;
  listings: Listing[];
}
const known = new WeakMap<Source, Promise<Found>>();

function listingsOf(source: Source, options: ReadOptions): Promise<Found> {
  const found = known.get(source) ?? findListings(source, options);
  known.set(source, found);
  return found;
}

async function findListings(source: Source, options: ReadOptions): Promise<Found> {
  const { items } = await contentsOf(source, options);
  const texts = items.filter(({ kind }) => kind === 'text').slice(0, 100);
  const images = texts.length > 0 ? items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file) : [];
  const finder = new Finder(images);
  const listings: Listing[] = [];
  if (images.length === 0) return { finder, listings };
  for (const item of texts) {
    const head = item.gzip ? await readItem(item, options) : await item.file.head(headBytes);
    const table = preview(head, item.gzip || head.length < headBytes);
    if (!table) continue;
    const folder = folderName(item.file.path);
    const rows = table.rows.slice(0, 200);
    const hits = rows[0]!.map((_, column) => rows.filter((row) => finder.find(row[column]!, folder)).length);
    const most = Math.max(...hits);
    const pathColumn = hits.indexOf(most);
    if (most * 2 < rows.length - 1 || most === 0) continue;
    listings.push({
      item,
      delimiter: table.delimiter,
      pathColumn,
      hasHeader: !finder.find(rows[0]![pathColumn]!, folder) && rows.length > 1,
    });
  }
  return { finder, listings };
}

export const csvListingReader: Reader = {
  name: 'CSV of image files',
  kinds: ['text', 'image'],
  looksLike: async (source, options) => (await listingsOf(source, options)).listings.length > 0,
  read: readListings,
};

interface Row {
  file: SourceFile;
  label: string;
  line: number;
}

async function readListings(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { finder, listings } = await listingsOf(source, options);
  const problems: Problem[] = [];
  const splits = new Map<'train' | 'test' | 'val', { rows: Row[]; item: Item }>();
  const listed = new Set<SourceFile>();
  for (const listing of listings) {
    const { item } = listing;
    const named = splitOfList(item.file.path);
    const read = await readListing(listing, finder, problems, options);
    if (!read) continue;
    const inThisList: SourceFile[] = [];
    for (const { split, ...row } of read) {
      const own = splits.get(split ?? named) ?? { rows: [], item };
      splits.set(split ?? named, own);
      if (listed.has(row.file))
        throw new DatasetError(
          item.file.label,
          `it lists images for the same purpose as ${own.item.file.label}; expected one list to train and one to test with`,
        );
      own.rows.push(row);
      inThisList.push(row.file);
    }
    for (const file of inThisList) listed.add(file);
  }
  const train = splits.get('train') ?? splits.get('val') ?? splits.get('test');
  const test = [splits.get('test'), splits.get('val')].find((split) => split !== undefined && split !== train);
  const left = splits.get('val');
  if (left && left !== train && left !== test)
    problems.push({
      file: left.item.file.label,
      message: `its ${left.rows.length} validation images are left out; training and test images are read`,
    });
  if (!train)
    throw new NoDataset(
      listings[0]!.item.file.label,
      'none of the files that it lists is there with a label; expected lines with an image file and its label',
    );
  const images = (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'image').length;
  if (!splits.has('train') && 2 * listed.size < images)
    throw new NoDataset(train.item.file.label, `it lists ${listed.size} of ${images} images, and none to train with`);
  const parts = test ? [train, test] : [train];
  const marks = parts.map(({ rows, item }): Marks => ({
    values: rows.map(({ label }) => label),
    place: item.file.label,
    at: (i) => `the label in line ${rows[i]!.line}`,
  }));
  const { labels, classes } = classLabels(marks);
  const read = parts.map(({ rows, item }, i): RawSplit => ({
    images: imageFiles(
      source,
      rows.map(({ file }) => file),
      options,
    ),
    labels: labels[i]!,
    from: { images: item.file.label, labels: item.file.label },
  }));
  const dataset: RawDataset = { name: source.name, train: read[0]!, test: read[1] ?? null, problems };
  return classes ? { ...dataset, classes } : dataset;
}

async function readListing({ item, delimiter, pathColumn, hasHeader }: Listing, finder: Finder, problems: Problem[], options: ReadOptions) {
  const place = item.file.label;
  if ((await item.file.size()) > maxListBytes)
    throw new DatasetError(place, `it has more than ${maxListBytes} bytes; expected a list of image files`);
  const text = new TextDecoder().decode(await readItem(item, options)).replace(/^\uFEFF/, '');
  const { data, errors } = Papa.parse<string[]>(text, { delimiter });
  const quotes = errors.find(({ type }) => type === 'Quotes');
  if (quotes) throw new DatasetError(place, `line ${(quotes.row ?? 0) + 1} has a quotation mark without its partner`);
  const lines = data.map((row, i) => ({ row, line: i + 1 })).filter(({ row }) => row.some((field) => field.trim() !== ''));
  const header = hasHeader ? lines.shift()?.row : undefined;
  const columns = lines[0]?.row.length ?? 0;
  const allRows = lines.map(({ row }) => row);
  const marked = markedColumns(header, allRows, pathColumn, place);
  const labelColumn = marked?.[0] ?? labelColumnOf(header, allRows, columns, pathColumn);
  if (labelColumn === undefined) {
    problems.push({ file: place, message: 'it lists images, but no column of it is their label; it is left out' });
    return undefined;
  }
  const splitColumn =
    lines[0]?.row.findIndex(
      (field, i) =>
        i !== pathColumn && i !== labelColumn && lines.every(({ row }) => splitName((row[i] ?? '').trim()) !== undefined) && field !== '',
    ) ?? -1;
  const rows: (Row & { split: 'train' | 'test' | 'val' | undefined })[] = [];
  let missing = 0;
  for (const { row, line } of lines) {
    if (row.length !== columns) throw new DatasetError(place, `line ${line} has ${row.length} columns; expected ${columns}`);
    const file = finder.find(row[pathColumn]!, folderName(item.file.path));
    if (!file) {
      if (++missing <= maxNamed)
        problems.push({ file: place, message: `line ${line} names ${row[pathColumn]!.slice(0, 200)}, which is not among the images` });
      continue;
    }
    const own = marked?.find((column) => Number(row[column]) === 1) ?? labelColumn;
    rows.push({
      file,
      label: marked ? header![own]!.trim() : row[own]!,
      line,
      split: splitColumn < 0 ? undefined : splitName(row[splitColumn]!.trim()),
    });
  }
  if (missing > maxNamed)
    problems.push({ file: place, message: `${missing - maxNamed} more lines name files that are not among the images` });
  return rows;
}

/** By the list's own name, or else by the nearest folder that is called so. */
function splitOfList(path: string): 'train' | 'test' | 'val' {
  const names = [stem(path), ...folderName(path).split('/').reverse()];
  return names.map((name) => mentionedSplit(name)?.split).find((split) => split !== undefined) ?? 'train';
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

/** By its name, or the only other one, or the first with a few values that come again and again. */
function labelColumnOf(header: string[] | undefined, rows: readonly string[][], columns: number, pathColumn: number): number | undefined {
  const others = Array.from({ length: columns }, (_, i) => i).filter((i) => i !== pathColumn);
  const named = others.find((i) => header && isLabelName(header[i] ?? ''));
  if (named !== undefined) return named;
  if (others.length === 1) return others[0];
  return others.find((i) => {
    // What numbers patients, wounds or lines is no class.
    if (/(?:^|[-_ ])(?:ids?|index|no|number)$/i.test(header?.[i]?.trim() ?? '')) return false;
    const values = new Set(rows.map((row) => row[i]));
    return values.size > 1 && values.size <= rows.length / 2 && ![...values].every((value) => splitName(value ?? '') !== undefined);
  });
}
