/** The one list of numbers in a JSON text, read from front to back however long it is, and how it is divided. */
import { DatasetError, NoDataset } from '../../errors.ts';

/** How a list is divided into entries. */
export interface Layout {
  /** Entries with numbers in them; the numbers themselves where there are no entries. */
  count: number;
  /** Of every entry; empty where the list is one of numbers. */
  shape: number[];
  /** Entries without numbers, which are not counted. */
  empty: number;
  /** Whether all numbers are whole ones of 0 to 255. */
  bytes: boolean;
}

/** Entries of rows of pixels of channels. */
const maxDepth = 3;
const maxToken = 2 ** 16;

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** May be in the middle of a number, where a piece of the text must not end. */
const isOfNumber = (byte: number): boolean => isDigit(byte) || byte === 0x2d || byte === 0x2b || byte === 0x2e || (byte | 0x20) === 0x65;
const isBlank = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const endsNumber = (byte: number | undefined): boolean => byte === 0x2c || byte === 0x5d || (byte !== undefined && isBlank(byte));
const [comma, opening, closing] = [0x2c, 0x5b, 0x5d];

/** Whether the text may begin with the list: at once, or as a value of an object behind plain ones. */
export const mayBeNumbers = (head: string): boolean =>
  /^\s*(?:\{(?:\s*"[^"]*"\s*:\s*(?:"[^"]*"|[-\w.+]+)\s*,)*\s*"[^"]*"\s*:\s*)?\[[\s[\],]*(?:-?\d[\d.eE+-]*[\s[\],]+){16}/.test(
    head.replace(/^\uFEFF/, ''),
  );

/** Takes a text piece by piece and gives its numbers in order. Throws a DatasetError. */
export class NumberList {
  readonly #place: string;
  #rest: Uint8Array = new Uint8Array();
  /** Objects and lists around the place that has been reached, those of the list itself aside. */
  #around = 0;
  #isObject = false;
  #inText = false;
  #escaped = false;
  /** A list has begun, and what is in it is not yet known. */
  #begun = false;
  #state: 'before' | 'in' | 'after' = 'before';
  #expected: 'value' | 'value or end' | 'comma or end' = 'value or end';
  /** How deep in the list, and how many values there have been in each list that is open. */
  #depth = 0;
  readonly #counts: number[] = [0];
  readonly #sizes: (number | undefined)[] = [];
  readonly #holds: ('numbers' | 'lists' | undefined)[] = [];
  #empty = 0;
  #bytes = true;

  constructor(place: string) {
    this.#place = place;
  }

  take(piece: Uint8Array): Float64Array {
    let end = piece.length;
    while (end > 0 && isOfNumber(piece[end - 1]!)) end--;
    const text = this.#rest.length > 0 ? Buffer.concat([this.#rest, piece.subarray(0, end)]) : piece.subarray(0, end);
    this.#rest = end > 0 ? piece.slice(end) : Buffer.concat([this.#rest, piece]);
    if (this.#rest.length > maxToken) throw this.#error('it has a number of too many digits in it');
    return end > 0 ? this.#read(text) : new Float64Array();
  }

  /** After the last piece. */
  end(): Layout {
    if (this.#state === 'before') throw new NoDataset(this.#place, 'there is no list of numbers in it');
    if (this.#state === 'in' || this.#around !== 0 || this.#inText || this.#rest.length > 0)
      throw new DatasetError(this.#place, `it is truncated: it ends in entry ${this.#entry} of its list`);
    const flat = this.#holds[0] === 'numbers';
    return { count: this.#counts[0]!, shape: flat ? [] : this.#sizes.slice(1).map(Number), empty: this.#empty, bytes: this.#bytes };
  }

  get #entry(): number {
    return this.#counts[0]! + this.#empty;
  }

  #error = (problem: string): DatasetError => new DatasetError(this.#place, problem);

  #read(text: Uint8Array): Float64Array {
    const numbers = new Float64Array((text.length >> 1) + 1);
    let count = 0;
    for (let at = 0; at < text.length;) {
      const byte = text[at]!;
      if (this.#state !== 'in') {
        // The byte that shows what a list holds is read again as the first in it.
        if (!this.#readAround(byte)) at++;
      } else if (isDigit(byte) || byte === 0x2d) {
        this.#begin('numbers');
        const number = this.#number(text, at);
        this.#bytes &&= number.value === (number.value & 255);
        numbers[count++] = number.value;
        at = number.end;
        this.#expected = 'comma or end';
      } else {
        if (!isBlank(byte)) this.#readMark(byte, text, at);
        at++;
      }
    }
    return numbers.subarray(0, count);
  }

  /** What is not the list is only gone over. True: the list begins in front of this byte. */
  #readAround(byte: number): boolean {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === 0x5c) this.#escaped = true;
      else if (byte === 0x22) this.#inText = false;
      return false;
    }
    if (isBlank(byte)) return false;
    if (this.#state === 'after' && this.#around === 0) {
      if (byte === opening || byte === 0x7b)
        throw new NoDataset(this.#place, 'it holds several lists; expected the pixels of one class alone');
      throw this.#error(`it goes on behind its list, with "${String.fromCharCode(byte)}"; expected nothing there`);
    }
    if (this.#begun) {
      this.#begun = false;
      if (isDigit(byte) || byte === 0x2d || byte === opening) {
        if (this.#state === 'after')
          throw new NoDataset(this.#place, 'it holds several lists of numbers; expected the pixels of one class alone');
        this.#state = 'in';
        this.#around--;
        return true;
      }
    }
    if (byte === 0x22) this.#inText = true;
    else if (byte === 0x7b || byte === opening) {
      this.#isObject ||= this.#around === 0 && byte === 0x7b;
      this.#begun = byte === opening && this.#around === Number(this.#isObject);
      this.#around++;
    } else if (byte === 0x7d || byte === closing) this.#around--;
    return false;
  }

  #readMark(byte: number, text: Uint8Array, at: number): void {
    if (byte === opening && this.#expected !== 'comma or end') {
      this.#begin('lists');
      if (++this.#depth > maxDepth) throw new NoDataset(this.#place, 'its lists lie too deep in each other for images');
      this.#counts[this.#depth] = 0;
      this.#expected = 'value or end';
    } else if (byte === closing && this.#expected !== 'value') {
      this.#close();
      this.#expected = 'comma or end';
    } else if (byte === comma && this.#expected === 'comma or end') this.#expected = 'value';
    else {
      const found = Buffer.from(text.subarray(at, at + 40))
        .toString('utf8')
        .split(/[\s,\]]/)[0]!;
      throw this.#error(
        `entry ${this.#entry} has "${found === '' ? String.fromCharCode(byte) : found.slice(0, 20)}" in it; expected finite numbers`,
      );
    }
  }

  #begin(what: 'numbers' | 'lists'): void {
    if (this.#expected === 'comma or end') throw this.#error(`a comma is missing in entry ${this.#entry}`);
    this.#holds[this.#depth] ??= what;
    if (this.#holds[this.#depth] !== what) throw this.#error(`entry ${this.#entry} is laid out otherwise than those before it`);
    this.#counts[this.#depth]! += 1;
  }

  #close(): void {
    if (this.#depth === 0) {
      this.#state = 'after';
      return;
    }
    const count = this.#counts[this.#depth]!;
    if (count === 0 && this.#depth === 1) {
      this.#empty++;
      this.#counts[0]! -= 1;
    } else {
      this.#sizes[this.#depth] ??= count;
      const usual = this.#sizes[this.#depth]!;
      if (count !== usual) throw this.#error(`entry ${this.#entry - 1} has ${count} values where those before it have ${usual}`);
    }
    this.#depth--;
  }

  /** Of up to 15 digits, as nearly all are, at once: a quotient of exact numbers is rounded as it is to be. */
  #number(text: Uint8Array, start: number): { value: number; end: number } {
    const negative = text[start] === 0x2d;
    let at = negative ? start + 1 : start;
    let value = 0;
    let digits = 0;
    let decimals = -1;
    for (; at < text.length; at++) {
      const byte = text[at]!;
      if (isDigit(byte)) {
        value = 10 * value + byte - 0x30;
        digits++;
        if (decimals >= 0) decimals++;
      } else if (byte === 0x2e && decimals < 0) decimals = 0;
      else break;
    }
    if (digits > 0 && digits <= 15 && decimals !== 0 && endsNumber(text[at])) {
      if (decimals > 0) value /= 10 ** decimals;
      return { value: negative ? -value : value, end: at };
    }
    while (at < text.length && !endsNumber(text[at])) at++;
    const token = Buffer.from(text.subarray(start, at)).toString('utf8');
    const exact = Number(token);
    if (!Number.isFinite(exact)) throw this.#error(`entry ${this.#entry - 1} has "${token.slice(0, 20)}" in it; expected finite numbers`);
    return { value: exact, end: at };
  }
}
