/**
 * JSON with the images of one class in every file, which is called like the class: a list of rows of pixels, or of the pixels
 * of all images one after the other, alone or as a value of an object. The npm packages of digits and of clothes come so.
 */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Problem, RawDataset } from '../../raw.ts';
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import { folderName, stem, type Source } from '../../sources/source.ts';
import type { NamedArray } from '../arrays/arrange.ts';
import { classPerArray } from '../arrays/by-file.ts';
import { elements } from '../arrays/ndarray.ts';
import { FrontToBack, imagesOfPart, ranges, type Part } from '../arrays/pieces.ts';
import { contentFrom } from '../content.ts';
import { contentsOf, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { gunzipHead } from '../../gzip.ts';
import { mayBeNumbers, NumberList, type Layout } from './numbers.ts';

const headBytes = 4096;
/** Files that belong to the images, as no class does. */
const noClass = /^(?:labels?|class(?:es)?|targets?|y|mean|std)$/i;
/** Sides of images without rows: those that are usual, then the largest that fits. */
const usualSides = [28, 32, 64, 96, 48, 16, 20, 8];
const mostSide = 512;

interface List extends Layout {
  item: Item;
}

const known = new WeakMap<Source, Promise<Item[]>>();

function itemsOf(source: Source, options: ReadOptions): Promise<Item[]> {
  const items = known.get(source) ?? findItems(source, options);
  known.set(source, items);
  return items;
}

async function findItems(source: Source, options: ReadOptions): Promise<Item[]> {
  const found: Item[] = [];
  for (const item of (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'json')) {
    const head = await item.file.head(headBytes);
    const text = Buffer.from(item.gzip ? gunzipHead(head, item.file.label) : head).toString('utf8');
    if (mayBeNumbers(text)) found.push(item);
  }
  return found;
}

export const jsonPixelReader: Reader = {
  name: 'JSON of pixels',
  kinds: ['json'],
  looksLike: async (source, options) => (await itemsOf(source, options)).length > 1,
  read: readLists,
};

async function readLists(source: Source, options: ReadOptions): Promise<RawDataset> {
  const all = await itemsOf(source, options);
  const problems: Problem[] = [];
  // "0.json.gz" beside "0.json": its images would count twice, and lie in training and testing alike.
  const plain = new Set(all.map(({ file }) => file.path));
  const items = all.filter(({ file: { path } }) => !/\.gz$/i.test(path) || !plain.has(path.slice(0, -3)));
  for (const { file } of all.filter((item) => !items.includes(item)))
    problems.push({ file: null, message: `${file.path} is ${file.path.slice(0, -3)} once more and is left out.` });
  const readings: Reading[] = [];
  const lists: List[] = [];
  for (const [done, item] of items.entries()) {
    options.onProgress?.({ stage: 'looking at files', done, total: items.length });
    if (noClass.test(stem(item.file.path))) problems.push({ file: null, message: `${item.file.path} is no class, and is left out.` });
    else lists.push({ item, ...(await layoutOf(item, options)) });
  }
  const alike = mostAlike(lists, problems);
  const [first] = alike;
  if (!first || alike.length < 2) throw new NoDataset(source.label, 'it holds one list of pixels; expected a file for each class');
  const empty = alike.reduce((sum, list) => sum + list.empty, 0);
  if (empty > 0) problems.push({ file: null, message: `${empty} empty ${empty === 1 ? 'row is' : 'rows are'} left out.` });
  const side = first.shape.length === 0 ? sideOf(alike, { wanted: options.reading, readings, problems }) : 0;
  const bytes = alike.every((list) => list.bytes);
  const arrays = alike.map(({ item, count, shape }) =>
    arrayOf(item, side > 0 ? [count / (side * side), side, side] : [count, ...shape], bytes, options),
  );
  const read = await classPerArray(source, arrays, options);
  if (!read)
    throw new NoDataset(
      source.label,
      `its lists have ${first.shape.join(' × ')} numbers each; expected a file for each class with at least 16 pixels in every image`,
    );
  return { ...read, problems: [...problems, ...read.problems], readings };
}

async function layoutOf(item: Item, options: ReadOptions): Promise<Layout> {
  const list = new NumberList(item.file.label);
  for await (const piece of contentFrom(item, 0, options)) list.take(piece);
  return list.end();
}

/** Those that are laid out as most are. */
function mostAlike(lists: readonly List[], problems: Problem[]): List[] {
  const groups = Map.groupBy(
    lists.filter(({ count }) => count > 0),
    ({ shape }) => shape.join(' × '),
  );
  const [most = [], ...others] = [...groups.values()].sort((a, b) => b.length - a.length);
  const left = [...others.flat(), ...lists.filter(({ count }) => count === 0)];
  for (const { item, count, shape } of left)
    problems.push({
      file: null,
      message:
        count === 0
          ? `${item.file.path} holds no pixels and is left out.`
          : `${item.file.path} is left out: its list is of ${shape.length > 0 ? `rows of ${shape.join(' × ')}` : 'single numbers'}, unlike those of the others.`,
    });
  return most;
}

/** How high and wide images are that follow each other without rows. Throws a DatasetError. */
function sideOf(
  lists: readonly List[],
  { wanted, readings, problems }: { wanted: WantedReadings | undefined; readings: Reading[]; problems: Problem[] },
): number {
  const place = lists[0]!.item.file.label;
  const common = lists.map(({ count }) => count).reduce(divisor);
  const sides: number[] = [];
  for (let side = mostSide; side >= 8; side--) if (common % (side * side) === 0) sides.push(side);
  const rank = (side: number) => (usualSides.includes(side) ? usualSides.indexOf(side) : usualSides.length);
  sides.sort((a, b) => rank(a) - rank(b));
  if (sides.length === 0)
    throw new NoDataset(
      place,
      `its ${lists[0]!.count} numbers, and those of the other files, are no whole number of square images of one size; expected a list for each image`,
    );
  const reading = take(
    'side',
    sides.map((side) => ({ name: String(side), label: `lists without rows are images of ${side} × ${side}` })),
    wanted,
    place,
  );
  if (sides.length > 1) readings.push(reading);
  problems.push({ file: null, message: `Lists without rows are read as images of ${reading.taken} × ${reading.taken}.` });
  return Number(reading.taken);
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

function arrayOf(item: Item, shape: readonly number[], bytes: boolean, options: ReadOptions): NamedArray {
  const { path, label } = item.file;
  const parts = (signal: AbortSignal | undefined, wanted?: Uint32Array) => partsOf(item, { shape, bytes }, { ...options, signal }, wanted);
  return {
    name: [folderName(path), stem(path)].filter(Boolean).join('/'),
    place: label,
    shape,
    type: 'numbers',
    itemBytes: bytes ? 1 : 8,
    lastFirst: false,
    parts,
    load: async () => {
      const size = elements(shape.slice(1));
      const data = bytes ? new Uint8Array(elements(shape)) : new Float64Array(elements(shape));
      for await (const { first, array } of parts(options.signal)) data.set(array.data as Uint8Array | Float64Array, first * size);
      return { shape, fortran: false, data };
    },
  };
}

async function* partsOf(
  item: Item,
  { shape, bytes }: { shape: readonly number[]; bytes: boolean },
  options: ReadOptions,
  wanted: Uint32Array | undefined,
): AsyncGenerator<Part> {
  const [count = 0, ...rest] = shape;
  const size = elements(rest);
  const numbers = new FrontToBack(numbersIn(item, options), Float64Array);
  try {
    for (const [from, to] of ranges(count, imagesOfPart(size * 8), wanted)) {
      const data = await numbers.range(from * size, to * size);
      if (data.length < (to - from) * size) throw new DatasetError(item.file.label, 'it has become shorter while it was read');
      yield { first: from, array: { shape: [to - from, ...rest], fortran: false, data: bytes ? Uint8Array.from(data) : data } };
    }
  } finally {
    await numbers.close();
  }
}

async function* numbersIn(item: Item, options: ReadOptions): AsyncGenerator<Float64Array> {
  const list = new NumberList(item.file.label);
  for await (const piece of contentFrom(item, 0, options)) yield list.take(piece);
}
