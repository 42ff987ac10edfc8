/**
 * IDX, the format of MNIST: two zero bytes, a type byte, the number of axes, the axes as big-endian 32-bit integers,
 * then the values. Only unsigned bytes (type 0x08) occur as images and labels.
 */
import { InputError } from '../shared/input-error.ts';
import { readDeclared } from './bytes.ts';

const UNSIGNED_BYTE = 0x08;
/** No data set of images is larger; a header that asks for more is damaged. */
const MAX_VALUES = 2 ** 32;

export interface IdxImages {
  count: number;
  height: number;
  width: number;
  channels: number;
  /** (count, height, width, channels), row-major. */
  values: Uint8Array;
}

const headLength = (axes: number): number => 4 + 4 * axes;

/** The axes that the header declares, or null while it is not complete. `allowed`: how many axes there may be. */
function axesOf(head: Buffer, path: string, what: string, allowed: number[]): number[] | null {
  if (head.length < 4) return null;
  const count = head.readUInt8(3);
  if (head.readUInt16BE(0) !== 0 || head.readUInt8(2) !== UNSIGNED_BYTE || !allowed.includes(count)) {
    const kinds = allowed.map((axes) => `0x0000080${axes}`).join(' or ');
    throw new InputError(
      `${path} starts with 0x${head.toString('hex', 0, 4)}, expected ${kinds}, with which an IDX file of ${what} starts`,
    );
  }
  if (head.length < headLength(count)) return null;
  const axes = Array.from({ length: count }, (_, axis) => head.readUInt32BE(4 + 4 * axis));
  if (axes.includes(0)) throw new InputError(`${path} is empty: its header declares ${axes.join(' × ')} values`);
  if (product(axes) > MAX_VALUES)
    throw new InputError(
      `${path} declares ${axes.join(' × ')} values in its header, more than any image data set has; the header is damaged`,
    );
  return axes;
}

const product = (axes: number[]): number => axes.reduce((a, b) => a * b, 1);

async function readIdx(path: string, what: string, allowed: number[]): Promise<{ axes: number[]; values: Uint8Array }> {
  let axes: number[] = [];
  const content = await readDeclared(path, (head) => {
    const found = axesOf(head, path, what, allowed);
    if (!found) return null;
    axes = found;
    return headLength(found.length) + product(found);
  });
  return { axes, values: content.subarray(headLength(axes.length)) };
}

/** Images as bytes: (count, height, width), or (count, height, width, channels). Throws an InputError. */
export async function readIdxImages(path: string): Promise<IdxImages> {
  const { axes, values } = await readIdx(path, 'images', [3, 4]);
  const [count, height, width, channels = 1] = axes as [number, number, number, number?];
  return { count, height, width, channels, values };
}

/** Class indices. Throws an InputError. */
export async function readIdxLabels(path: string): Promise<Uint8Array> {
  return (await readIdx(path, 'labels', [1])).values;
}

/** The opposite of reading: bytes of an IDX file. */
export function encodeIdx(axes: number[], values: Uint8Array): Buffer {
  const head = Buffer.alloc(headLength(axes.length));
  head.writeUInt8(UNSIGNED_BYTE, 2);
  head.writeUInt8(axes.length, 3);
  for (const [axis, size] of axes.entries()) head.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([head, values]);
}
