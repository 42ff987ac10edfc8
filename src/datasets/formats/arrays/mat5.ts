/**
 * MATLAB's MAT-files of version 5 to 7: 128 bytes of header, then elements, each a type, a size and its bytes, padded to
 * eight; usually each variable is compressed. Numbers and structs of them are read, everything else is passed over.
 * The format is described in "MAT-File Format" by The MathWorks.
 */
import { constants, inflateSync } from 'node:zlib';
import { DatasetError } from '../../errors.ts';
import type { Item } from '../contents.ts';
import type { NamedArray } from './arrange.ts';
import { elements, ownBytes, type NdArray } from './ndarray.ts';
import type { Numbers } from './numbers.ts';

const miInt8 = 1;
const miInt32 = 5;
const miUint32 = 6;
export const miMatrix = 14;
export const miCompressed = 15;
/** How elements are stored, which may be smaller than what they are in MATLAB: doubles that are whole are stored as bytes. */
const storage: Record<number, new (buffer: ArrayBuffer) => Numbers> = {
  1: Int8Array,
  2: Uint8Array,
  3: Int16Array,
  4: Uint16Array,
  5: Int32Array,
  6: Uint32Array,
  7: Float32Array,
  9: Float64Array,
  12: BigInt64Array,
  13: BigUint64Array,
};
const cellClass = 1;
const structClass = 2;
const charClass = 4;
/** Larger cells hold no names. */
const maxCellBytes = 2 ** 26;
/** Classes from here to there are numbers. */
export const firstNumberClass = 6;
export const lastNumberClass = 15;
const complexFlag = 0x08;
const maxNesting = 4;
const maxVariables = 10_000;

/** The arrays of numbers in a file. @param before bytes of the file that were left out behind its header. Throws a DatasetError when it is damaged. */
export function mat5Arrays(bytes: Uint8Array, { file }: Item, limit: number, before = 0): NamedArray[] {
  const place = file.label;
  const little = bytes[126] === 0x49;
  const reader = new Cursor(bytes, little, place, 128);
  const found: NamedArray[] = [];
  while (reader.left > 0) {
    if (found.length > maxVariables)
      throw new DatasetError(place, `it holds more than ${maxVariables} variables; expected images and labels`);
    const at = before + reader.at;
    const { type, data } = reader.next(false);
    if (type === miMatrix) found.push(...variables(new Cursor(data, little, place, 0, at), file.path, place, 0));
    else if (type === miCompressed) {
      const start = inflate(data, 2 ** 16, place, at, true);
      const size = start.length >= 8 ? new DataView(start.buffer, start.byteOffset).getUint32(4, little) : 0;
      if (8 + size > limit) throw new DatasetError(place, `the variable at byte ${at} declares ${size} bytes; expected at most ${limit}`);
      if (size > (data.length + 64) * 1032)
        throw new DatasetError(
          place,
          `the variable at byte ${at} declares ${size} bytes, which ${data.length} compressed bytes cannot hold`,
        );
      const whole = () => {
        const inner = new Cursor(inflate(data, 8 + size, place, at, false), little, place, 0, at).next(false);
        return new Cursor(inner.data, little, place, 0, at);
      };
      found.push(...compressedVariables(start, size, whole, file.path, place, little, at));
    } else throw new DatasetError(place, `the element at byte ${at} has type ${type}; expected a variable (14) or a compressed one (15)`);
  }
  return found;
}

/** What a compressed variable holds, told from its beginning; the rest is decompressed when it is wanted. */
function compressedVariables(
  start: Uint8Array,
  size: number,
  whole: () => Cursor,
  path: string,
  place: string,
  little: boolean,
  at: number,
): NamedArray[] {
  const beginning = new Cursor(start.subarray(8), little, place, 0, at);
  const { arrayClass, shape, name } = matrixHeader(beginning);
  if (arrayClass === structClass || (arrayClass === cellClass && size <= maxCellBytes)) return variables(whole(), path, place, 0);
  if (arrayClass < firstNumberClass || arrayClass > lastNumberClass) return [];
  const label = `${place}, variable ${name}`;
  const load = () => Promise.resolve(loadOnly(variables(whole(), path, place, 0), label));
  return [
    {
      name: `${path}/${name}`,
      place: label,
      shape,
      type: 'numbers',
      itemBytes: Math.ceil(size / Math.max(elements(shape), 1)),
      lastFirst: true,
      load: async () => (await load())(),
    },
  ];
}

function loadOnly([only]: NamedArray[], place: string): NamedArray['load'] {
  if (!only) throw new DatasetError(place, 'it is damaged: its header and its content differ');
  return only.load;
}

export interface MatrixHeader {
  arrayClass: number;
  complex: boolean;
  shape: number[];
  name: string;
}

export function matrixHeader(cursor: Cursor): MatrixHeader {
  const flags = cursor.next(true, miUint32, 'array flags');
  const sizes = cursor.next(true, miInt32, 'dimensions');
  const name = cursor.next(true, miInt8, 'a name');
  const word = flags.data.length >= 4 ? cursor.uint32(flags.data, 0) : 0;
  const shape = Array.from({ length: sizes.data.length >> 2 }, (_, i) => cursor.uint32(sizes.data, i));
  if (shape.length < 2 || shape.length > 32 || !Number.isSafeInteger(8 * elements(shape)))
    throw new DatasetError(
      cursor.place,
      `the variable at byte ${cursor.base} has the dimensions ${shape.slice(0, 8).join(' × ')}; expected two or more that memory can hold`,
    );
  return { arrayClass: word & 0xff, complex: ((word >>> 8) & complexFlag) !== 0, shape, name: Buffer.from(name.data).toString('latin1') };
}

/** The arrays in a matrix element: itself, or the fields of a struct. */
function variables(cursor: Cursor, path: string, place: string, depth: number, field?: string): NamedArray[] {
  if (cursor.left === 0) return [];
  const { arrayClass, complex, shape, name: own } = matrixHeader(cursor);
  const name = field ?? own;
  if (arrayClass === structClass && elements(shape) === 1 && depth < maxNesting) {
    const found: NamedArray[] = [];
    for (const fieldName of fieldNames(cursor, name, place)) {
      const { data } = cursor.next(true, miMatrix, `field ${fieldName}`);
      found.push(...variables(cursor.inside(data), path, place, depth + 1, `${name}/${fieldName}`));
    }
    return found;
  }
  if (arrayClass === structClass && shape.filter((size) => size !== 1).length === 1) return fields(cursor, shape, path, place, name);
  if (arrayClass === cellClass) return texts(cursor, shape, `${path}/${name}`, `${place}, variable ${name}`);
  if (arrayClass < firstNumberClass || arrayClass > lastNumberClass || complex || elements(shape) === 0) return [];
  const { type, data } = cursor.next(true);
  const Storage = storage[type];
  const label = `${place}, variable ${name}`;
  if (!Storage) throw new DatasetError(label, `its elements are stored as type ${type}; expected numbers`);
  const itemBytes = new Storage(new ArrayBuffer(0)).BYTES_PER_ELEMENT;
  if (data.length !== elements(shape) * itemBytes)
    throw new DatasetError(
      label,
      `it has ${data.length} bytes, but its dimensions ${shape.join(' × ')} need ${elements(shape) * itemBytes}`,
    );
  const load = (): NdArray => {
    if (itemBytes === 1 && Storage === Uint8Array) return { shape, data, fortran: true };
    const aligned = ownBytes(data);
    if (!cursor.little && itemBytes > 1) aligned[`swap${(8 * itemBytes) as 16 | 32 | 64}`]();
    return { shape, data: new Storage(aligned.buffer), fortran: true };
  };
  // eslint-disable-next-line @typescript-eslint/require-await
  return [{ name: `${path}/${name}`, place: label, shape, type: 'numbers', itemBytes, lastFirst: true, load: async () => load() }];
}

function fieldNames(cursor: Cursor, name: string, place: string): string[] {
  const nameLength = cursor.uint32(cursor.next(true, miInt32, 'the length of field names').data, 0);
  const names = Buffer.from(cursor.next(true, miInt8, 'field names').data).toString('latin1');
  if (nameLength < 1 || names.length % nameLength !== 0 || names.length / nameLength > maxVariables)
    throw new DatasetError(place, `the struct ${name} has field names of ${nameLength} characters, which do not fit into ${names.length}`);
  return Array.from({ length: names.length / nameLength }, (_, i) =>
    names.slice(i * nameLength, (i + 1) * nameLength).replace(/\0.*$/s, ''),
  );
}

/** A row or column of structs: an array for each field that is a text or a number in all of them. */
function fields(cursor: Cursor, shape: readonly number[], path: string, place: string, name: string): NamedArray[] {
  const names = fieldNames(cursor, name, place);
  const count = names.length > 0 ? elements(shape) : 0;
  const values: (string | number | undefined)[][] = names.map(() => []);
  for (let i = 0; i < count; i++) for (const own of values) own.push(valueOf(cursor.inside(cursor.next(true, miMatrix, 'a field').data)));
  return names.flatMap((field, i): NamedArray[] => {
    const own = values[i]!;
    const named = { name: `${path}/${name}/${field}`, place: `${place}, variable ${name}/${field}`, shape: [count], lastFirst: true };
    if (own.every((value) => typeof value === 'string'))
      return [{ ...named, type: 'text', itemBytes: 1, load: () => Promise.resolve(own) }];
    if (!own.every((value) => typeof value === 'number')) return [];
    const load = () => Promise.resolve({ shape: [count], data: Float64Array.from(own), fortran: true });
    return [{ ...named, type: 'numbers', itemBytes: 8, load }];
  });
}

/** A text or a single number; undefined for anything else. */
function valueOf(cursor: Cursor): string | number | undefined {
  if (cursor.left === 0) return undefined;
  const { arrayClass, complex, shape } = matrixHeader(cursor);
  if (arrayClass === charClass) return textOf(cursor);
  if (arrayClass < firstNumberClass || arrayClass > lastNumberClass || complex || elements(shape) !== 1) return undefined;
  const { type, data } = cursor.next(true);
  const Storage = storage[type];
  if (!Storage || data.length !== new Storage(new ArrayBuffer(0)).BYTES_PER_ELEMENT) return undefined;
  const own = ownBytes(data);
  if (!cursor.little) own.reverse();
  return Number(new Storage(own.buffer)[0]);
}

function textOf(cursor: Cursor): string {
  const { type, data } = cursor.next(true, undefined, 'a text');
  return new TextDecoder(type === 4 || type === 17 ? (cursor.little ? 'utf-16le' : 'utf-16be') : 'utf-8').decode(data);
}

/** A row or column of cells with a text in each; nothing where they hold something else. */
function texts(cursor: Cursor, shape: readonly number[], name: string, place: string): NamedArray[] {
  const count = elements(shape);
  if (count === 0 || shape.filter((size) => size !== 1).length > 1) return [];
  const found: string[] = [];
  for (let i = 0; i < count; i++) {
    const cell = cursor.inside(cursor.next(true, miMatrix, 'a cell').data);
    if (cell.left === 0 || matrixHeader(cell).arrayClass !== charClass) return [];
    found.push(textOf(cell));
  }
  return [{ name, place, shape: [count], type: 'text', itemBytes: 1, lastFirst: true, load: () => Promise.resolve(found) }];
}

/** Walks over elements. */
export class Cursor {
  at: number;
  readonly little: boolean;
  readonly place: string;
  /** Where the variable begins in the file, for messages. */
  readonly base: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, little: boolean, place: string, at: number, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.little = little;
    this.place = place;
    this.at = at;
    this.base = base;
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  inside(data: Uint8Array): Cursor {
    return new Cursor(data, this.little, this.place, 0, this.base);
  }

  uint32(data: Uint8Array, index: number): number {
    if (data.length < 4 * index + 4) throw this.#damaged('a number is missing');
    return new DataView(data.buffer, data.byteOffset).getUint32(4 * index, this.little);
  }

  /** Of the element that is next. */
  tag(what = 'an element'): { type: number; size: number; small: number } {
    if (this.left < 8) throw this.#damaged(`it ends where ${what} was expected`);
    const word = this.#view.getUint32(this.at, this.little);
    const small = word >>> 16;
    if (small !== 0) return { type: word & 0xffff, size: small, small };
    return { type: word, size: this.#view.getUint32(this.at + 4, this.little), small };
  }

  /** @param padded elements inside a variable are padded to eight bytes and may be packed into their tag. */
  next(padded: boolean, expected?: number, what = 'an element'): { type: number; data: Uint8Array } {
    const { type, size, small } = this.tag(what);
    if (expected !== undefined && type !== expected) throw this.#damaged(`${what} has type ${type} instead of ${expected}`);
    if (small > 4) throw this.#damaged(`${what} declares ${small} bytes where four fit`);
    const start = this.at + (small === 0 ? 8 : 4);
    if (start + size > this.#bytes.length)
      throw this.#damaged(`${what} declares ${size} bytes, but only ${this.#bytes.length - start} are left; expected a whole file`);
    const used = start + size - this.at;
    this.at = Math.min(this.at + (padded || type === miMatrix ? Math.ceil(used / 8) * 8 : used), this.#bytes.length);
    return { type, data: this.#bytes.subarray(start, start + size) };
  }

  #damaged(what: string): DatasetError {
    return new DatasetError(this.place, `it is damaged: in the variable at byte ${this.base || this.at}, ${what}`);
  }
}

function inflate(data: Uint8Array, limit: number, place: string, at: number, start: boolean): Uint8Array {
  try {
    // A beginning of the compressed data small enough to give no more than was asked for.
    if (start) return inflateSync(data.subarray(0, limit >> 5), { finishFlush: constants.Z_SYNC_FLUSH });
    return inflateSync(data, { maxOutputLength: Math.max(limit, 1), chunkSize: Math.min(Math.max(limit, 64), 2 ** 24) });
  } catch (error) {
    throw new DatasetError(place, `the compressed variable at byte ${at} is damaged (${(error as Error).message})`, { cause: error });
  }
}
