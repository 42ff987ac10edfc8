/** Which texts of a source list its images, and which column names the file. */
import { DatasetError } from '../../errors.ts';
import { baseName, folderName, stem, type Source } from '../../sources/source.ts';
import { isForBoth, mentionedSplit, splitName, type SplitName } from '../../splits.ts';
import { decodeText } from '../../text.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import { isLabelName } from '../csv/table.ts';
import { Finder } from './finder.ts';
import { damageIn } from './json.ts';
import { matLists } from './mat-lists.ts';
import type { Table } from './rows.ts';
import { beginningOf } from './tables.ts';

/** More lists than these belong to one data set rarely; those of every single image are no lists. */
const maxLists = 2000;
/** Of JSON that cannot be read, larger files are not looked into. */
const maxDamagedBytes = 2 ** 26;

export interface Listing {
  item: Item;
  pathColumn: number;
  hasHeader: boolean;
  columns: number;
}

export interface Found {
  finder: Finder;
  listings: Listing[];
  /** What names images and cannot be read. */
  damaged: Damaged[];
}

export interface Damaged {
  item: Item;
  message: string;
}

const known = new WeakMap<Source, Promise<Found>>();

export function listingsOf(source: Source, options: ReadOptions): Promise<Found> {
  const found = known.get(source) ?? findListings(source, options);
  known.set(source, found);
  return found;
}

async function findListings(source: Source, options: ReadOptions): Promise<Found> {
  const { items } = await contentsOf(source, options);
  const texts = items.filter(({ kind, file }) => (kind === 'text' || kind === 'json') && !isPerImage(file.path)).slice(0, maxLists);
  const hasMat = items.some(({ kind }) => kind === 'mat5');
  const images = texts.length > 0 || hasMat ? items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file) : [];
  const finder = new Finder(images);
  const listings: Listing[] = [];
  const damaged: Damaged[] = [];
  if (images.length === 0) return { finder, listings, damaged };
  for (const item of hasMat ? [...texts, ...(await matLists(items, options))] : texts) {
    options.signal?.throwIfAborted();
    const table = await beginning(item, options);
    const listing = table && listingIn(item, table, finder);
    if (listing) listings.push(listing);
    const message = !table && item.kind === 'json' ? await damageOf(item, finder, options) : undefined;
    if (message !== undefined) damaged.push({ item, message });
  }
  return { finder, listings, damaged };
}

/** Labels and captions of single images, as WebDataset and others keep them. */
const isPerImage = (path: string): boolean => /\.(?:cls|cls2|caption|xml)$/i.test(path);

async function beginning(item: Item, options: ReadOptions): Promise<Table | undefined> {
  try {
    return await beginningOf(item, options);
  } catch (error) {
    // What cannot be read is no list.
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

/** What is wrong with JSON that names images; undefined when it names hardly any. */
async function damageOf(item: Item, finder: Finder, options: ReadOptions): Promise<string | undefined> {
  if ((await item.file.size()) > maxDamagedBytes) return undefined;
  const damage = damageIn(decodeText(await readItem(item, options)));
  const values = damage?.table.rows.slice(0, 500).flatMap(({ fields }) => fields) ?? [];
  const names = new Set(values.filter((value) => finder.find(value, folderName(item.file.path)))).size;
  return names > 1 && 10 * names >= values.length ? damage!.message : undefined;
}

function listingIn(item: Item, { header, rows }: Table, finder: Finder): Listing | undefined {
  const folder = folderName(item.file.path);
  const split = splitOfList(item.file.path);
  const [first] = rows;
  if (!first) return undefined;
  const columns = first.fields.map((_, column) => {
    const values = rows.map(({ fields }) => fields[column] ?? '');
    return { column, hits: values.filter((value) => finder.find(value, folder, split)).length, different: new Set(values).size };
  });
  const heading = (column: number) => (header ?? first.fields)[column] ?? '';
  // Numbers of classes may be names of images too; but a class has many images, and an image is listed once.
  columns.sort(
    (a, b) =>
      b.hits - a.hits || b.different - a.different || Number(isLabelName(heading(a.column))) - Number(isLabelName(heading(b.column))),
  );
  const best = columns.find(({ hits, different }) => 2 * hits >= columns[0]!.hits && different === columns[0]!.different) ?? columns[0]!;
  const { column: pathColumn, hits } = best;
  if (hits * 2 < rows.length - 1 || hits === 0) return undefined;
  const hasHeader = header !== undefined || (!finder.find(first.fields[pathColumn]!, folder, split) && rows.length > 1);
  return { item, pathColumn, hasHeader, columns: first.fields.length };
}

/** By the list's own name, or else by the nearest folder that is called so. */
export function splitOfList(path: string): SplitName | undefined {
  const names = [stem(path), ...folderName(path).split('/').reverse()];
  return names.map((name) => mentionedSplit(name)?.split).find((split) => split !== undefined);
}

export interface SplitList {
  listing: Listing;
  split: SplitName;
}

/** Lists of files and nothing else that say what these are for: "train.txt", "test.txt". */
export function splitLists({ listings }: Found): SplitList[] {
  const alone = listings.filter(({ columns }) => columns === 1);
  const nameOf = ({ item }: Listing) => stem(item.file.path);
  const lists = alone.flatMap((listing) => {
    const split = splitName(nameOf(listing)) ?? mentionedSplit(nameOf(listing))?.split;
    return split ? [{ listing, split }] : [];
  });
  if (lists.some(({ split }) => split === 'train')) return lists;
  return [...lists, ...alone.filter((listing) => isForBoth(nameOf(listing))).map((listing) => ({ listing, split: 'train' as const }))];
}

/** Made to be handed in, with labels that mean nothing. */
export const isSubmission = (path: string): boolean => /submission/i.test(baseName(path));
