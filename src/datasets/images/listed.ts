/** What lists beside class folders say of their images: which are for testing, and the classes of those that lie in no class's folder. */
import { DatasetError } from '../errors.ts';
import { columnsOf } from '../formats/lists/columns.ts';
import { isSubmission, listingsOf, splitLists, splitOfList, type Found, type SplitList } from '../formats/lists/listings.ts';
import { leftWithoutPart, type Purpose } from '../formats/lists/split-column.ts';
import { tableOf } from '../formats/lists/tables.ts';
import type { ReadOptions } from '../formats/reader.ts';
import { folderName, stem, type Source, type SourceFile } from '../sources/source.ts';
import type { SplitName } from '../splits.ts';

export interface ListedSplits {
  splits: Map<SourceFile, Purpose>;
  /** What else there was. */
  notes: string[];
  /** The lists, as messages call them. */
  places: string[];
  /** Images that are named nowhere have no part, since others are named for training and for testing. */
  isWhole: boolean;
}

/**
 * Parts by lists of files alone, such as train.txt and test.txt; undefined when there are none, or when they contradict each other. Of
 * several divisions, train1.txt and test1.txt and so on, the first is taken.
 */
export async function splitsByLists(
  source: Source,
  images: ReadonlySet<SourceFile>,
  options: ReadOptions,
): Promise<ListedSplits | undefined> {
  const found = await listingsOf(source, options);
  const lists = splitLists(found);
  const inColumn = lists.length === 0 ? await splitsInColumn(found, images, options) : undefined;
  if (inColumn) return inColumn;
  const all = await divisionOf(found, lists, options);
  const numberOf = ({ listing }: SplitList) => /\d+$/.exec(stem(listing.item.file.path))?.[0];
  const numbers = [...new Set(lists.map(numberOf))].filter((number) => number !== undefined).sort((a, b) => Number(a) - Number(b));
  const first = lists.filter((list) => numberOf(list) === numbers[0]);
  const isNumbered = !all && numbers.length > 1;
  const splits = isNumbered ? await divisionOf(found, first, options) : all;
  if (!splits) return undefined;
  if (splits.size === 0 || new Set(splits.values()).size === 1) {
    // One list alone: the others are for the other purpose, unless it hardly lists any.
    const [only] = splits.values();
    if (only === undefined || splits.size === images.size || 100 * splits.size < images.size) return undefined;
  }
  const names = first.map(({ listing }) => listing.item.file.path).join(', ');
  return {
    splits,
    notes: isNumbered ? [`Of ${numbers.length} divisions in lists, that of ${names} is taken.`] : [],
    places: lists.map(({ listing }) => listing.item.file.label),
    isWhole: false,
  };
}

/** By a list with a column of parts that has most of the images. */
async function splitsInColumn(
  { finder, listings }: Found,
  images: ReadonlySet<SourceFile>,
  options: ReadOptions,
): Promise<ListedSplits | undefined> {
  for (const { item, pathColumn, hasHeader } of listings.filter(({ columns }) => columns > 1)) {
    const table = await tableOf(item, hasHeader, options);
    const { split } = columnsOf(table, pathColumn, { place: item.file.label, wanted: undefined });
    if (!split) continue;
    const splits = new Map<SourceFile, Purpose>();
    const without: (string | undefined)[] = [];
    for (const { fields } of table.rows) {
      const file = finder.find(fields[pathColumn] ?? '', folderName(item.file.path));
      if (!file || !images.has(file) || splits.has(file)) continue;
      const purpose = split.of(fields[split.column]);
      if (purpose === 'none') without.push(fields[split.column]);
      splits.set(file, purpose);
    }
    const parts = new Set(splits.values());
    if (2 * splits.size < images.size || parts.size - Number(parts.has('none')) < 2) continue;
    const column = table.header ? `the column ${table.header[split.column]!.trim()}` : `column ${split.column + 1}`;
    return {
      splits,
      notes: leftWithoutPart(without, 'image', { place: item.file.path, column }),
      places: [item.file.label],
      isWhole: true,
    };
  }
  return undefined;
}

/** Undefined when the lists contradict each other. */
async function divisionOf(
  { finder }: Found,
  lists: readonly SplitList[],
  options: ReadOptions,
): Promise<Map<SourceFile, SplitName> | undefined> {
  const splits = new Map<SourceFile, SplitName>();
  for (const { listing, split } of lists) {
    const { rows } = await tableOf(listing.item, false, options);
    for (const { fields } of rows) {
      const file = finder.find(fields[0]!, folderName(listing.item.file.path), split);
      if (!file) continue;
      const before = splits.get(file);
      if (before !== undefined && before !== split) return undefined;
      splits.set(file, split);
    }
  }
  return splits;
}

/** Labels of image files, by lists that have some for these, and what messages call those lists. */
export async function labelsByLists(
  source: Source,
  wanted: ReadonlySet<SourceFile>,
  options: ReadOptions,
): Promise<{ labels: Map<SourceFile, string>; places: string[] }> {
  const labels = new Map<SourceFile, string>();
  const places: string[] = [];
  if (wanted.size === 0) return { labels, places };
  const { finder, listings } = await listingsOf(source, options);
  for (const { item, pathColumn, hasHeader, columns } of listings) {
    if (columns < 2 || isSubmission(item.file.path)) continue;
    try {
      const table = await tableOf(item, hasHeader, options);
      const { labelOf } = columnsOf(table, pathColumn, { place: item.file.label, wanted: undefined });
      if (!labelOf) continue;
      const before = labels.size;
      for (const { fields } of table.rows) {
        const file = finder.find(fields[pathColumn] ?? '', folderName(item.file.path), splitOfList(item.file.path));
        if (file && wanted.has(file)) labels.set(file, labelOf(fields).trim());
      }
      if (labels.size > before) places.push(item.file.label);
    } catch (error) {
      // A list that does not help leaves things as they are.
      if (!(error instanceof DatasetError)) throw error;
    }
  }
  return { labels, places };
}
