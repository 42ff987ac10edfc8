/**
 * What may come in as a message, seen before anything of it is made: MessagePack in which every length that is declared is there,
 * nothing is nested deep, there are not too many values, and only the kinds that calls are made of. Decoding it can then take
 * no more memory than a small multiple of the message.
 */

/** An argument of the contract is nested less than half as deep. */
const maxDepth = 32;
/** Paths of a folder with as many files as can be opened, and more. */
const maxValues = 2 ** 18;
/** Bytes of an element, by type of extension: the typed arrays of wire.ts. */
const elementBytes: Partial<Record<number, number>> = { 1: 4, 2: 2, 3: 1 };

/** Throws when the message is not such a one. */
export function checkFrame(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  let values = 0;
  /** Values that are still to come, by depth. */
  const open = [1];

  const skip = (length: number): void => {
    if (length > bytes.length - offset) throw new Error('ends too early');
    offset += length;
  };
  const number = (length: 1 | 2 | 4): number => {
    skip(length);
    return length === 1 ? view.getUint8(offset - 1) : length === 2 ? view.getUint16(offset - 2) : view.getUint32(offset - 4);
  };
  const enter = (count: number): void => {
    // Every value takes a byte at least.
    if (count > bytes.length - offset) throw new Error('declares more values than there are bytes');
    if (open.length > maxDepth) throw new Error('is nested too deep');
    open.push(count);
  };
  const extension = (length: number): void => {
    const size = elementBytes[number(1)];
    if (size === undefined || length % size !== 0) throw new Error('holds an array of no known kind');
    skip(length);
  };
  const value = (): void => {
    const head = number(1);
    if (head < 0x80 || head >= 0xe0) return;
    if (head < 0x90) enter(2 * (head & 0x0f));
    else if (head < 0xa0) enter(head & 0x0f);
    else if (head < 0xc0) skip(head & 0x1f);
    else if (head === 0xc0 || head === 0xc2 || head === 0xc3) return;
    else if (head >= 0xc7 && head <= 0xc9) extension(number(width(head - 0xc7)));
    else if (head === 0xca || head === 0xcb) skip(head === 0xca ? 4 : 8);
    else if (head >= 0xcc && head <= 0xd3) skip(2 ** (head & 3));
    else if (head >= 0xd4 && head <= 0xd8) extension(2 ** (head - 0xd4));
    else if (head >= 0xd9 && head <= 0xdb) skip(number(width(head - 0xd9)));
    else if (head === 0xdc || head === 0xdd) enter(number(width(head - 0xdb)));
    else if (head === 0xde || head === 0xdf) enter(2 * number(width(head - 0xdd)));
    else throw new Error('holds a value of no known kind');
  };

  while (open.length > 0) {
    const left = open[open.length - 1]!;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = left - 1;
    if (++values > maxValues) throw new Error('holds too many values');
    value();
  }
  if (offset !== bytes.length) throw new Error('goes on after its end');
}

/** Bytes of a length, of the three that MessagePack has. */
const width = (index: number): 1 | 2 | 4 => ([1, 2, 4] as const)[index as 0 | 1 | 2];
