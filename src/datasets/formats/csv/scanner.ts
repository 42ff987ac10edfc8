/** The fields of lines of text, read as bytes. */
import { DatasetError } from '../../errors.ts';
import { decodeText } from '../../text.ts';
import type { Line } from './lines.ts';

const blank = 0x20;

/** Reads the fields of one line after the other. */
export class Scanner {
  #bytes: Uint8Array = new Uint8Array();
  readonly #delimiter: number;
  readonly #place: string;
  #at = 0;
  #end = 0;
  #line = 0;

  constructor(delimiter: string, place: string) {
    this.#delimiter = delimiter.charCodeAt(0);
    this.#place = place;
  }

  begin(bytes: Uint8Array, { start, end, number }: Line): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#at = this.#behind(start);
    this.#line = number;
  }

  /** Past the blanks there: of those that stand together, one divides. */
  #behind(at: number): number {
    let next = at;
    if (this.#delimiter === blank) while (next < this.#end && this.#bytes[next] === blank) next++;
    return next;
  }

  /** The fields in these columns, which ascend. */
  fields(wanted: readonly number[], columns: number): string[] {
    let next = 0;
    return wanted.map((column) => {
      for (; next < column; next++) this.text(next, columns);
      next++;
      return this.text(column, columns);
    });
  }

  /** The field that has so many before it, and the one that has so many behind it; of a line with fewer, what there is. */
  ends(before: number, behind: number): [string, string] {
    const [start, end] = [this.#at, this.#end];
    let from = start;
    for (let i = 0; i < before; i++) from = Math.min(this.#behind(this.#next(from) + 1), end);
    let to = end;
    for (let i = 0; i < behind; i++) to = Math.max(this.#previous(to), start);
    return [
      unquote(textOf(this.#bytes.subarray(from, this.#next(from)))),
      unquote(textOf(this.#bytes.subarray(Math.max(this.#previous(to) + 1, start), to))),
    ];
  }

  #next(from: number): number {
    const next = this.#bytes.indexOf(this.#delimiter, from);
    return next < 0 || next > this.#end ? this.#end : next;
  }

  #previous(to: number): number {
    let last = to;
    if (this.#delimiter === blank) while (last > 0 && this.#bytes[last - 1] === blank) last--;
    return last === 0 ? -1 : this.#bytes.lastIndexOf(this.#delimiter, last - 1);
  }

  number(column: number, columns: number): number {
    const start = this.#at;
    let value = 0;
    for (; this.#at < this.#end; this.#at++) {
      const digit = this.#bytes[this.#at]! - 0x30;
      if (digit < 0 || digit > 9 || this.#at - start > 8) break;
      value = 10 * value + digit;
    }
    // Whole numbers, nearly all there are, are read here; whatever else comes is left to JavaScript.
    if (this.#at > start && (this.#at === this.#end || this.#bytes[this.#at] === this.#delimiter)) {
      this.#at = this.#behind(this.#at + 1);
      return value;
    }
    this.#at = start;
    const text = this.text(column, columns);
    const number = text === '' ? NaN : Number(this.#delimiter === 0x3b ? text.replace(',', '.') : text);
    if (!Number.isFinite(number))
      throw new DatasetError(
        this.#place,
        `line ${this.#line}, column ${column + 1} has ${text === '' ? 'nothing' : `"${text.slice(0, 30)}"`} in it; expected a finite number`,
      );
    return number;
  }

  text(column: number, columns: number): string {
    if (this.#at > this.#end) throw new DatasetError(this.#place, `line ${this.#line} has ${column} columns; expected ${columns}`);
    const next = this.#bytes.indexOf(this.#delimiter, this.#at);
    const end = next < 0 || next > this.#end ? this.#end : next;
    const text = textOf(this.#bytes.subarray(this.#at, end));
    this.#at = this.#behind(end + 1);
    return unquote(text);
  }

  end(columns: number): void {
    if (this.#at <= this.#end)
      throw new DatasetError(this.#place, `line ${this.#line} has more than ${columns} columns; expected ${columns}`);
  }
}

/** Decoded with more care where that is needed. */
export function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  return text.includes('\uFFFD') ? decodeText(bytes) : text;
}

const unquote = (text: string): string =>
  text
    .trim()
    .replace(/^"(.*)"$|^'(.*)'$/s, '$1$2')
    .replaceAll('""', '"')
    .replace(/^\uFEFF/, '');
