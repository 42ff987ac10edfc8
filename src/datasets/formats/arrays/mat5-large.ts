/** MATLAB's MAT-files of version 5 to 7 that are too large to be held: large variables stay in the file, compressed or not. */
import { createReadStream } from 'node:fs';
import { createInflate } from 'node:zlib';
import { DatasetError } from '../../errors.ts';
import { bytesFrom } from '../content.ts';
import type { Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import type { NamedArray } from './arrange.ts';
import { Cursor, firstNumberClass, lastNumberClass, mat5Arrays, matrixHeader, miCompressed, miMatrix } from './mat5.ts';
import { decodeElements, elements, type NdArray } from './ndarray.ts';
import { storedParts } from './pieces.ts';

const headerBytes = 128;
/** What stands before the elements of a variable, most of which is its name. */
const startBytes = 2 ** 12;
/** Smaller variables are held. */
const smallBytes = 2 ** 24;

/** As NumPy calls them. */
const types: Record<number, string> = {
  1: 'i1',
  2: 'u1',
  3: 'i2',
  4: 'u2',
  5: 'i4',
  6: 'u4',
  7: 'f4',
  9: 'f8',
  12: 'i8',
  13: 'u8',
};

/** @param item on disk as it is. Throws a DatasetError when it is damaged. */
export async function largeMat5Arrays(item: Item, options: ReadOptions): Promise<NamedArray[]> {
  const { label } = item.file;
  const fileBytes = await item.file.size();
  const header = await bytesFrom(item, 0, headerBytes, options);
  const little = header[126] === 0x49;
  const found: NamedArray[] = [];
  for (let at = headerBytes; at < fileBytes;) {
    const tag = new Cursor(await bytesFrom(item, at, 8, options), little, label, 0, at).tag();
    const end = at + 8 + tag.size;
    if (end > fileBytes)
      throw new DatasetError(
        label,
        `it is truncated: the variable at byte ${at} declares ${tag.size} bytes, but only ${fileBytes - at - 8} are left`,
      );
    const isLarge = tag.size > Math.min(smallBytes, options.limits.heldBytes) && (tag.type === miMatrix || tag.type === miCompressed);
    const large = isLarge ? await largeVariable(item, { at, little, ...tag }, options) : undefined;
    if (large) found.push(large);
    else {
      if (tag.size > options.limits.fileBytes)
        throw new DatasetError(
          label,
          `the variable at byte ${at}, which is no array of numbers, has ${tag.size} bytes; expected at most ${options.limits.fileBytes}`,
        );
      const element = await bytesFrom(item, at, 8 + tag.size, options);
      found.push(...mat5Arrays(Buffer.concat([header, element]), item, options.limits.fileBytes, at - headerBytes));
    }
    at = end;
  }
  return found;
}

interface Place {
  at: number;
  little: boolean;
  type: number;
  size: number;
}

/** Undefined for what is no array of numbers. */
async function largeVariable(item: Item, { at, little, type, size }: Place, options: ReadOptions): Promise<NamedArray | undefined> {
  const { label, path } = item.file;
  const compressed = type === miCompressed;
  const content = compressed ? inflated(item, at + 8, size) : item;
  // What is compressed is an element of its own.
  const base = compressed ? 8 : at + 8;
  const cursor = new Cursor(await bytesFrom(content, base, startBytes, options), little, label, 0, at);
  const { arrayClass, complex, shape, name } = matrixHeader(cursor);
  if (arrayClass < firstNumberClass || arrayClass > lastNumberClass || complex || elements(shape) === 0) return undefined;
  const data = cursor.tag();
  const elementType = types[data.type];
  const place = `${label}, variable ${name}`;
  if (!elementType) throw new DatasetError(place, `its elements are stored as type ${data.type}; expected numbers`);
  const itemBytes = Number(elementType.slice(1));
  if (data.size !== elements(shape) * itemBytes)
    throw new DatasetError(place, `it has ${data.size} bytes, but its dimensions ${shape.join(' × ')} need ${elements(shape) * itemBytes}`);
  const start = base + cursor.at + (data.small === 0 ? 8 : 4);
  const bigEndian = !little;
  const load = async (): Promise<NdArray> => {
    const bytes = await bytesFrom(content, start, data.size, options);
    return { shape, fortran: true, data: decodeElements(bytes, elementType, elements(shape), { place, bigEndian }) };
  };
  // The last axis varies slowest.
  const stored = { place, shape: shape.toReversed(), type: elementType, itemBytes, bigEndian, start };
  async function* parts(signal: AbortSignal | undefined, wanted?: Uint32Array) {
    for await (const { first, array } of storedParts(content, stored, { ...options, signal }, wanted))
      yield { first, array: { ...array, shape: array.shape.toReversed(), fortran: true } };
  }
  return { name: `${path}/${name}`, place, shape, type: 'numbers', itemBytes, lastFirst: true, load, parts };
}

/** The content of a compressed variable as a file of its own, which can only be read from front to back. */
function inflated({ file }: Item, start: number, size: number): Item {
  const { label, path } = file;
  async function* open(): AsyncGenerator<Uint8Array> {
    const input = createReadStream(file.disk!, { start, end: start + size - 1, highWaterMark: 2 ** 20 });
    const output = createInflate({ chunkSize: 2 ** 20 });
    input.on('error', (error) => output.destroy(error));
    try {
      for await (const piece of input.pipe(output) as AsyncIterable<Uint8Array>) yield piece;
    } catch (error) {
      throw new DatasetError(label, `the compressed variable at byte ${start - 8} is damaged (${(error as Error).message})`, {
        cause: error,
      });
    } finally {
      output.destroy();
      input.destroy();
    }
  }
  const whole = () => Promise.reject(new Error('It is read from front to back.'));
  return { file: { path, label, size: whole, head: whole, read: whole, open: () => Promise.resolve(open()) }, kind: 'mat5', gzip: false };
}
