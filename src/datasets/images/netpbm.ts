/** PBM, PGM and PPM, in text or binary: a magic number, width, height, the value of white, the pixels. */
import type { RawImage } from '../raw.ts';

/** Throws an Error whose message says what is wrong, as a part of a sentence. */
export function decodeNetpbm(bytes: Uint8Array, maxPixels: number): RawImage {
  const type = bytes[1]! - 0x30;
  const reader = new Words(bytes, 2);
  const [width, height] = [reader.next(), reader.next()];
  const bits = type === 1 || type === 4;
  const white = bits ? 1 : reader.next();
  const channels = type === 3 || type === 6 ? 3 : 1;
  if (!(width >= 1 && height >= 1 && width * height <= maxPixels))
    throw new Error(`it declares ${width} × ${height} pixels; expected 1 to ${maxPixels}`);
  if (!(white >= 1 && white <= 65535)) throw new Error(`it declares ${white} as white; expected 1 to 65535`);
  const count = width * height * channels;
  const needed = type < 4 ? count : type === 4 ? Math.ceil(width / 8) * height : count * (white > 255 ? 2 : 1);
  if (bytes.length - reader.at < needed)
    throw new Error(`it is truncated: it declares ${width} × ${height} pixels, but has ${bytes.length} bytes`);
  const most = white > 255 ? 65535 : 255;
  const pixels = white > 255 ? new Uint16Array(count) : new Uint8Array(count);
  const values = type < 4 ? inText(reader, count, bits) : inBytes(bytes, reader.at, { type, width, wide: white > 255 });
  for (let i = 0; i < count; i++) {
    const value = values(i);
    if (!(value <= white)) throw new Error(`its value ${i} is ${value}; expected 0 to ${white}`);
    pixels[i] = Math.round((value * most) / white);
  }
  return { height, width, channels, pixels };
}

/** Of black and white images 1 is black. */
function inText(reader: Words, count: number, bits: boolean): (i: number) => number {
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = bits ? 1 - reader.digit() : reader.next();
  return (i) => values[i]!;
}

function inBytes(
  bytes: Uint8Array,
  at: number,
  { type, width, wide }: { type: number; width: number; wide: boolean },
): (i: number) => number {
  // One character of white space follows the header.
  const start = at + 1;
  if (type === 4) {
    const row = Math.ceil(width / 8);
    return (i) => 1 - ((bytes[start + Math.floor(i / width) * row + ((i % width) >> 3)]! >> (7 - ((i % width) & 7))) & 1);
  }
  return wide ? (i) => (bytes[start + 2 * i]! << 8) | bytes[start + 2 * i + 1]! : (i) => bytes[start + i]!;
}

/** Numbers between white space and comments. */
class Words {
  at: number;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  next(): number {
    this.#skip();
    const start = this.at;
    let value = 0;
    for (; this.#isDigit() && this.at - start < 10; this.at++) value = 10 * value + this.#bytes[this.at]! - 0x30;
    if (this.at === start) throw new Error(`it has no number at byte ${start}`);
    return value;
  }

  /** In black and white images digits may touch. */
  digit(): number {
    this.#skip();
    if (!this.#isDigit()) throw new Error(`it has no number at byte ${this.at}`);
    return this.#bytes[this.at++]! - 0x30;
  }

  #isDigit(): boolean {
    const byte = this.#bytes[this.at] ?? 0;
    return byte >= 0x30 && byte <= 0x39;
  }

  #skip(): void {
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === 0x23) while (this.at < this.#bytes.length && this.#bytes[this.at] !== 0x0a) this.at++;
      else if (byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13)) this.at++;
      else return;
    }
  }
}
