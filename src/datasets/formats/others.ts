/** Data sets that lie beside the one that is read. */
import { DatasetError } from '../errors.ts';
import type { Problem } from '../raw.ts';
import type { Source } from '../sources/source.ts';
import { contentsOf, type Item } from './contents.ts';
import type { Reader, ReadOptions } from './reader.ts';

/** Files that take no longer than a moment to read, to see whether they are a data set or just look like one. */
const momentBytes = 2 ** 26;

/**
 * What is left out because `reader` reads its own kinds of files only: one problem for each data set.
 * @param others the readers that have not been tried yet.
 */
export async function besides(source: Source, reader: Reader, others: readonly Reader[], options: ReadOptions): Promise<Problem[]> {
  const { items } = await contentsOf(source, options);
  const problems: Problem[] = [];
  let left = items.filter(({ kind }) => !reader.kinds.includes(kind));
  for (const other of others) {
    const own = left.filter(({ kind }) => other.kinds.includes(kind));
    if (own.length === 0) continue;
    const read = await readBeside({ ...source, files: own.map(({ file }) => file) }, own, other, options);
    if (!read) continue;
    problems.push({
      file: placeBeside(own, items, read.from),
      message: `it is another data set (${other.name}) and is left out, because only one is read (${reader.name}); to read this one, open it alone`,
    });
    left = left.filter((item) => !own.includes(item));
  }
  return problems;
}

/** What is known and not read; a reader of image files speaks of it itself. */
export async function unreadBeside(source: Source, reader: Reader, options: ReadOptions): Promise<Problem[]> {
  if (reader.kinds.includes('image')) return [];
  const { items } = await contentsOf(source, options);
  const unread = items.flatMap(({ file, unread: known }) => (known ? [{ path: file.path, what: known.what }] : []));
  return [...Map.groupBy(unread, ({ what }) => what)].map(([what, of]) => ({
    file: null,
    message: `${of[0]!.path} is ${what} and is left out${of.length > 1 ? `, like all ${of.length} of this kind` : ''}.`,
  }));
}

/** Whether it is a data set, and which file its images are from, where reading it took no longer than a moment. */
async function readBeside(source: Source, items: readonly Item[], reader: Reader, options: ReadOptions): Promise<{ from?: string } | null> {
  if (!(await reader.looksLike(source, options))) return null;
  // Images are read later, one by one.
  let bytes = 0;
  for (const { file, kind } of items) if (kind !== 'image' && bytes <= momentBytes) bytes += await file.size();
  if (bytes > momentBytes) return {};
  try {
    const { train } = await reader.read(source, options);
    return { from: train.from.images };
  } catch (error) {
    if (error instanceof DatasetError) return null;
    throw error;
  }
}

/** Names of files that a message gives before it only counts them. */
const namedFiles = 3;

/** Where a data set lies, as messages call it: a folder of its own, else, as that holds more, its files. */
function placeBeside(own: readonly Item[], all: readonly Item[], from: string | undefined): string {
  const place = commonPlace(own);
  const theirs = new Set(own);
  const isBelow = ({ file: { label } }: Item) => label.startsWith(place) && /^[\\/]/.test(label.slice(place.length));
  if (own.length === 1 || (place !== '' && !all.some((item) => !theirs.has(item) && isBelow(item)))) return place;
  if (own.some(({ file }) => file.label === from)) return from!;
  const names = own.slice(0, namedFiles).map(({ file }) => file.path);
  return `${names.join(', ')}${own.length > namedFiles ? ` and ${own.length - namedFiles} more files` : ''}`;
}

/** The one file, or the folder that they all lie in, as messages call it. */
function commonPlace(items: readonly Item[]): string {
  const { label } = items[0]!.file;
  if (items.length === 1) return label;
  let common = parts(label);
  for (const { file } of items) {
    const own = parts(file.label);
    const differs = common.findIndex((part, i) => part !== own[i]);
    if (differs >= 0) common = common.slice(0, differs);
  }
  return common.join('').replace(/[\\/]$/, '');
}

/** A path's folders, each with the separator behind it. */
const parts = (path: string): string[] => path.match(/[^\\/]*[\\/]/g) ?? [];
