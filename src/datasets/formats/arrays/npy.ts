/** NumPy's NPY files: a magic string, a header that is a Python dictionary in text, the elements. An NPZ is a ZIP of them. */
import { DatasetError, NoDataset } from '../../errors.ts';
import { gunzipHead } from '../../gzip.ts';
import type { Problem } from '../../raw.ts';
import type { Source } from '../../sources/source.ts';
import { stem } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { couldBeImages, type NamedArray } from './arrange.ts';
import { arrangeWithLists } from './lists.ts';
import { decodeElements, elements, isElementType, type NdArray } from './ndarray.ts';
import { storedParts } from './pieces.ts';

interface Header {
  /** E.g. "<f8", "|u1", "<U5". */
  descr: string;
  fortran: boolean;
  shape: number[];
  /** Where the elements begin. */
  start: number;
}

export const npyReader: Reader = {
  name: 'NumPy',
  kinds: ['npy'],
  looksLike: async (source, options) => (await npyItems(source, options)).length > 0,
  read: async (source, options) => {
    const items = await npyItems(source, options);
    const arrays: NamedArray[] = [];
    const problems: Problem[] = [];
    const refused: DatasetError[] = [];
    for (const item of items)
      try {
        arrays.push(await npyArray(item, options));
      } catch (error) {
        if (!(error instanceof DatasetError)) throw error;
        // An array of something else does not stand in the way of the others.
        refused.push(error);
        problems.push({ file: error instanceof NoDataset ? null : item.file.label, message: problemIn(error, item) });
      }
    if (refused[0] && !couldBeImages(arrays)) throw refused[0];
    if (!couldBeImages(arrays) && arrays.length === 1)
      throw new NoDataset(arrays[0]!.place, `its shape ${arrays[0]!.shape.join(' × ')} is not that of images; expected 2 to 4 axes`);
    const read = await arrangeWithLists(source, arrays, options).catch((error: unknown) => {
      // The reason may be the array that is missing.
      throw error instanceof NoDataset && refused[0] ? refused[0] : error;
    });
    return { ...read, problems: [...problems, ...read.problems] };
  },
};

const problemIn = (error: DatasetError, { file }: Item): string => {
  const what = error.message.slice(file.label.length + 2);
  return error instanceof NoDataset ? `${file.path} is left out: ${what}.` : what;
};

const npyItems = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'npy');

export async function npyArray(item: Item, options: ReadOptions): Promise<NamedArray> {
  const { file, gzip } = item;
  const head = await file.head(4096);
  const { descr, shape, fortran, start } = readHeader(gzip ? gunzipHead(head, file.label) : head, file.label);
  const itemBytes = Number(descr.slice(2)) * (descr[1] === 'U' ? 4 : 1);
  const stored = { place: file.label, shape, type: descr.slice(1), itemBytes, bigEndian: descr[0] === '>', start, last: true };
  return {
    name: file.path.slice(0, file.path.lastIndexOf('/') + 1) + stem(file.path),
    place: file.label,
    shape,
    type: /^.[US]/.test(descr) ? 'text' : 'numbers',
    itemBytes,
    lastFirst: false,
    ...(!fortran && { parts: (signal, wanted) => storedParts(item, stored, { ...options, signal }, wanted) }),
    load: async () => readNpy(await readItem(item, options), file.label),
  };
}

/** Reads a whole file. Throws a DatasetError when it is damaged or holds neither numbers nor text. */
export function readNpy(bytes: Uint8Array, place: string): NdArray | string[] {
  const { descr, fortran, shape, start } = readHeader(bytes, place);
  const count = elements(shape);
  const itemBytes = Number(descr.slice(2)) * (descr[1] === 'U' ? 4 : 1);
  const expected = count * itemBytes;
  if (bytes.length - start !== expected)
    throw new DatasetError(
      place,
      bytes.length - start < expected
        ? `it is truncated: ${bytes.length - start} bytes of elements, but its header declares ${shape.join(' × ')} of ${itemBytes} bytes, which need ${expected}`
        : `${bytes.length - start - expected} bytes follow the ${shape.join(' × ')} elements that its header declares; expected none`,
    );
  if (descr[1] === 'U' || descr[1] === 'S') return readText(bytes.subarray(start), descr, itemBytes, count);
  const data = decodeElements(bytes.subarray(start), descr.slice(1), count, { place, bigEndian: descr[0] === '>' });
  return { shape, fortran, data };
}

function readText(bytes: Uint8Array, descr: string, itemBytes: number, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => {
    if (descr[1] === 'S') return new TextDecoder().decode(bytes.subarray(i * itemBytes, (i + 1) * itemBytes)).replace(/\0+$/, '');
    const points = Array.from({ length: itemBytes / 4 }, (_, k) => view.getUint32(i * itemBytes + 4 * k, descr[0] !== '>'));
    return points.map((point) => (point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : '')).join('');
  });
}

function readHeader(bytes: Uint8Array, place: string): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes[6] ?? 0;
  if (bytes.length < 12 || version < 1 || version > 3)
    throw new DatasetError(place, `its NPY header is damaged: version ${version}; expected version 1, 2 or 3`);
  const [at, length] = version === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (at + length > bytes.length)
    throw new DatasetError(place, `its NPY header of ${length} bytes goes beyond the ${bytes.length} bytes that could be read`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, length)
    .toString('latin1')
    .trim();
  const match =
    /^\{\s*'descr':\s*(?:'(?<descr>[^']*)'|(?<fields>\[.*\])),\s*'fortran_order':\s*(?<order>True|False),\s*'shape':\s*\((?<shape>[\d\s,]*)\),?\s*\}$/.exec(
      text,
    )?.groups;
  if (!match) throw new DatasetError(place, "its NPY header is damaged; expected {'descr': …, 'fortran_order': …, 'shape': …}");
  const descr = match.descr ?? '';
  if (!/^[<>|=](?:[US]\d{1,6}|[a-z]\d)$/.test(descr) || !(isElementType(descr.slice(1)) || /^.[US]/.test(descr)))
    throw new NoDataset(
      place,
      `it holds ${match.fields ? 'records' : descr === '|O' ? 'Python objects, which are not read' : `elements of type "${descr.slice(0, 20)}"`}; expected integers, floats of 16, 32 or 64 bits, or text`,
    );
  const shape = match
    .shape!.split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  if (!Number.isSafeInteger(elements(shape) * 8))
    throw new DatasetError(place, `its header declares ${shape.join(' × ')} elements, which no memory holds`);
  return { descr, fortran: match.order === 'True', shape, start: at + length };
}
