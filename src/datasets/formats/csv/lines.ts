/** Lines of a text, however long it is. */
import { DatasetError } from '../../errors.ts';
import { decodeText, utf16 } from '../../text.ts';
import { contentFrom } from '../content.ts';
import { readItem, type Item } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';

const maxLineBytes = 2 ** 26;

/** Where one lies in the bytes that it came with; without what ends it. */
export interface Line {
  start: number;
  end: number;
  /** From 1 on. */
  number: number;
}

export interface Lines {
  /** UTF-8. */
  bytes: Uint8Array;
  lines: Line[];
}

/** Those that are not empty, behind the first `skip`, many at once. @param trim whether blanks at their ends are nothing. Throws a DatasetError. */
export async function* linesOf(item: Item, { skip, trim }: { skip: number; trim: boolean }, options: ReadOptions): AsyncGenerator<Lines> {
  let number = 0;
  let rest: Uint8Array = new Uint8Array();
  const split = (bytes: Uint8Array, isLast: boolean): Lines => {
    const lines: Line[] = [];
    let start = 0;
    while (start < bytes.length) {
      const next = bytes.indexOf(0x0a, start);
      if (next < 0 && !isLast) break;
      const stop = next < 0 ? bytes.length : next;
      let end = stop > start && bytes[stop - 1] === 0x0d ? stop - 1 : stop;
      if (trim) while (end > start && (bytes[end - 1] === 0x20 || bytes[end - 1] === 0x09)) end--;
      number++;
      if (end > start && number > skip) lines.push({ start, end, number });
      start = stop + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > maxLineBytes)
      throw new DatasetError(item.file.label, `line ${number + 1} has more than ${maxLineBytes} bytes; expected an image in every line`);
    return { bytes, lines };
  };
  for await (const piece of textOf(item, options)) yield split(rest.length > 0 ? Buffer.concat([rest, piece]) : piece, false);
  yield split(rest, true);
}

async function* textOf(item: Item, options: ReadOptions): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  for await (const piece of contentFrom(item, 0, options)) {
    if (isFirst && utf16(piece)) {
      yield new TextEncoder().encode(decodeText(await readItem(item, options)));
      return;
    }
    isFirst = false;
    yield piece;
  }
}
