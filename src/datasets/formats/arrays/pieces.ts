/** Arrays that lie in a file as they are, part by part. */
import { DatasetError } from '../../errors.ts';
import { bytesFrom, contentFrom, isSeekable } from '../content.ts';
import type { Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import { decodeElements, elements, type NdArray } from './ndarray.ts';

/** About as much is read at once. */
const partBytes = 2 ** 21;

/** Some images of an array, and the number of the first. */
export interface Part {
  first: number;
  array: NdArray;
}

/** How many images of so many bytes make a part. */
export const imagesOfPart = (imageBytes: number): number => Math.max(1, Math.floor(partBytes / Math.max(imageBytes, 1)));

/** Ranges of so many images; with `wanted`, in ascending order, those that hold one of these. */
export function* ranges(count: number, step: number, wanted?: Uint32Array): Generator<[start: number, end: number]> {
  let next = 0;
  for (let at = 0; at < count; at += step) {
    const end = Math.min(at + step, count);
    const first = next;
    while (wanted && next < wanted.length && wanted[next]! < end) next++;
    if (!wanted || next > first) yield [at, end];
    if (wanted && next === wanted.length) return;
  }
}

export interface Stored {
  place: string;
  /** The first axis varies slowest. */
  shape: readonly number[];
  /** As NumPy calls it, without the order of bytes. */
  type: string;
  itemBytes: number;
  bigEndian: boolean;
  /** Where the elements begin in the file's content. */
  start: number;
  /** Nothing follows them. */
  last?: boolean;
}

/** Larger ones are no images, but a header that is damaged. */
const maxImageBytes = 2 ** 30;

/** The array along its first axis; of `wanted` images at least these. Throws a DatasetError where the file ends too early or too late. */
export async function* storedParts(item: Item, stored: Stored, options: ReadOptions, wanted?: Uint32Array): AsyncGenerator<Part> {
  const { place, shape, type, itemBytes, bigEndian, start, last = false } = stored;
  const [count = 0, ...rest] = shape;
  const each = elements(rest) * itemBytes;
  if (each > maxImageBytes) throw new DatasetError(place, `its header declares images of ${each} bytes; expected at most ${maxImageBytes}`);
  const parts = ranges(count, imagesOfPart(each), wanted);
  const part = (bytes: Uint8Array, [from, to]: [number, number]): Part => {
    if (bytes.length < (to - from) * each)
      throw new DatasetError(place, `it is truncated: it ends within image ${from + Math.floor(bytes.length / each)} of ${count}`);
    const data = decodeElements(bytes, type, (to - from) * elements(rest), { place, bigEndian });
    return { first: from, array: { shape: [to - from, ...rest], fortran: false, data } };
  };
  // What has a checksum has it at its end, which is read where no image is left out.
  const isWhole = !wanted || wanted.length === count;
  const more = (bytes: number) =>
    new DatasetError(place, `${bytes} bytes follow the ${shape.join(' × ')} elements that its header declares; expected none`);
  if (isSeekable(item)) {
    const follow = last ? (await item.file.size()) - start - count * each : 0;
    if (follow > 0) throw more(follow);
    for (const range of parts) yield part(await bytesFrom(item, start + range[0] * each, (range[1] - range[0]) * each, options), range);
  } else {
    const content = new FrontToBack(contentFrom(item, start, options), Uint8Array);
    try {
      for (const range of parts) yield part(await content.range(range[0] * each, range[1] * each), range);
      if (last && isWhole) {
        const { length } = await content.range(count * each, count * each + 1);
        if (length > 0) throw more(length);
      }
    } finally {
      await content.close();
    }
  }
}

/** Elements of what can only be read from its beginning to its end. */
export class FrontToBack<T extends Uint8Array | Float64Array> {
  readonly #pieces: AsyncGenerator<T>;
  readonly #Elements: new (length: number) => T;
  #at = 0;
  #piece: T;

  constructor(pieces: AsyncGenerator<T>, Elements: new (length: number) => T) {
    this.#pieces = pieces;
    this.#Elements = Elements;
    this.#piece = new Elements(0);
  }

  /** Ranges in ascending order; fewer elements where the content ends. */
  async range(from: number, to: number): Promise<T> {
    const result = new this.#Elements(to - from);
    let filled = 0;
    while (this.#at < to) {
      if (this.#piece.length === 0) {
        const next = await this.#pieces.next();
        if (next.done) return result.subarray(0, filled) as T;
        this.#piece = next.value;
      }
      const skipped = Math.min(Math.max(from - this.#at, 0), this.#piece.length);
      const taken = this.#piece.subarray(skipped, skipped + result.length - filled);
      result.set(taken, filled);
      filled += taken.length;
      this.#at += skipped + taken.length;
      this.#piece = this.#piece.subarray(skipped + taken.length) as T;
    }
    return result;
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }
}
