/**
 * IDX, the format of MNIST: two zero bytes, the element type (8 = unsigned byte, others are rare), the number of axes, the size of each
 * axis as 32-bit big-endian numbers, then the elements. Plain or compressed with gzip.
 */
import { DatasetError } from '../errors.ts';
import { gunzipExactly, gunzipHead, isGzip, maxRatio } from '../gzip.ts';
import { decodeElements, elements } from './arrays/ndarray.ts';
import type { Numbers } from './arrays/numbers.ts';
import { storedParts } from './arrays/pieces.ts';
import type { StreamedArray } from './arrays/streamed.ts';
import { isSeekable } from './content.ts';
import type { Item } from './contents.ts';
import type { ReadOptions } from './reader.ts';

export interface IdxArray {
  /** Size of each axis, slowest first. */
  shape: number[];
  data: Numbers;
}

/** As NumPy calls them. */
const types: Record<number, string> = { 0x08: 'u1', 0x09: 'i1', 0x0b: 'i2', 0x0c: 'i4', 0x0d: 'f4', 0x0e: 'f8' };
const maxAxes = 4;

/**
 * Reads one file.
 * @param place the file, as messages call it.
 * @param axes the numbers of axes that are acceptable.
 * @param limit the most bytes that are decompressed.
 * Throws a DatasetError when the file is damaged, has another type or another number of axes.
 */
export async function readIdx(bytes: Uint8Array, place: string, axes: readonly number[], limit = Infinity): Promise<IdxArray> {
  const compressed = isGzip(bytes);
  const { shape, headerBytes, type } = readIdxHeader(compressed ? gunzipHead(bytes, place) : bytes, place, axes);
  const total = totalBytes({ shape, headerBytes, type });
  if (compressed && total > limit) throw new DatasetError(place, `its header declares ${total} bytes; expected at most ${limit}`);
  const content = compressed ? await gunzipExactly(bytes, total, place) : bytes;
  checkSize(content.length, { shape, headerBytes, type }, place);
  return { shape, data: decodeElements(content.subarray(headerBytes), type, elements(shape), { place, bigEndian: true }) };
}

export interface IdxHeader {
  shape: number[];
  headerBytes: number;
  /** As NumPy calls it. */
  type: string;
}

const totalBytes = ({ shape, headerBytes, type }: IdxHeader): number => headerBytes + elements(shape) * Number(type.slice(1));

/** Throws a DatasetError unless a file of so many bytes, decompressed, holds what its header declares. */
function checkSize(bytes: number, header: IdxHeader, place: string): void {
  const total = totalBytes(header);
  const shape = header.shape.join(' × ');
  if (bytes !== total)
    throw new DatasetError(
      place,
      bytes < total
        ? `it is truncated: ${bytes} bytes, but its header declares ${shape}, which needs ${total}`
        : `${bytes - total} bytes follow the ${shape} elements that its header declares; expected none`,
    );
}

/** Images that are read part by part; undefined when they are few enough to be held. Throws a DatasetError. */
export async function idxStream(item: Item, axes: readonly number[], options: ReadOptions): Promise<StreamedArray | undefined> {
  const { file } = item;
  const { label: place } = file;
  const head = await file.head(1024);
  const gzip = isGzip(head);
  const header = readIdxHeader(gzip ? gunzipHead(head, place) : head, place, axes);
  const total = totalBytes(header);
  if (!(total > options.limits.heldBytes)) return undefined;
  const bytes = await file.size();
  if (isSeekable(item)) checkSize(bytes, header, place);
  else if (gzip && total > bytes * maxRatio)
    throw new DatasetError(place, `its header declares ${total} bytes, which ${bytes} compressed bytes cannot hold`);
  const { shape, headerBytes: start, type } = header;
  const itemBytes = Number(type.slice(1));
  const stored = { place, shape, type, itemBytes, bigEndian: true, start, last: true };
  return { place, shape, count: 0, itemBytes, parts: (signal, wanted) => storedParts(item, stored, { ...options, signal }, wanted) };
}

/** From the beginning of an uncompressed file. Throws a DatasetError as `readIdx` does. */
export function readIdxHeader(head: Uint8Array, place: string, axes: readonly number[]): IdxHeader {
  // The server's answer instead of the file.
  if (/^\s*<(?:!doctype|html)/i.test(Buffer.from(head.subarray(0, 64)).toString('latin1')))
    throw new DatasetError(place, 'it is a web page and no IDX file: the download has failed; get the file again');
  const [zero1, zero2, type = -1, count = 0] = head;
  const wanted = axes.map((n) => `0x0000080${n}`).join(' or ');
  if (head.length < 4) throw new DatasetError(place, `it has only ${head.length} bytes; expected an IDX header that starts with ${wanted}`);
  if (zero1 !== 0 || zero2 !== 0 || !(type in types) || count < 1 || count > maxAxes)
    throw new DatasetError(place, `it starts with 0x${hex(head.subarray(0, 4))}, which is not an IDX header; expected ${wanted}`);
  if (!axes.includes(count)) throw new DatasetError(place, `its header declares ${count} axes; expected ${axes.join(' or ')}`);
  const headerBytes = 4 + 4 * count;
  if (head.length < headerBytes) throw new DatasetError(place, `it is truncated within its header of ${headerBytes} bytes`);
  const view = new DataView(head.buffer, head.byteOffset, headerBytes);
  return { shape: Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i)), headerBytes, type: types[type]! };
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
