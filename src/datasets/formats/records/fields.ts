/** The fields of a message in the format of protocol buffers. */
export interface Field {
  number: number;
  /** Of fields with a length. */
  bytes?: Uint8Array;
  /** Of whole numbers. */
  value?: number;
}

export class Fields implements Iterable<Field> {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whole numbers one after the other. */
  static varints(bytes: Uint8Array): number[] {
    const values: number[] = [];
    for (let at = 0; at < bytes.length;) {
      const { value, end } = varint(bytes, at);
      values.push(value);
      at = end;
    }
    return values;
  }

  *[Symbol.iterator](): Iterator<Field> {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length;) {
      const { value: key, end } = varint(bytes, at);
      const [number, type] = [Math.floor(key / 8), key % 8];
      at = end;
      if (type === 0) {
        const read = varint(bytes, at);
        at = read.end;
        yield { number, value: read.value };
      } else {
        const length = type === 2 ? varint(bytes, at) : { value: type === 1 ? 8 : type === 5 ? 4 : NaN, end: at };
        if (!(length.end + length.value <= bytes.length)) throw new Error(`a field at byte ${at} goes beyond its end`);
        at = length.end + length.value;
        yield type === 2 ? { number, bytes: bytes.subarray(length.end, at) } : { number };
      }
    }
  }
}

/** Seven bits to a byte, the lowest first; negative ones fill ten bytes. */
function varint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0n;
  for (let at = start, shift = 0n; at < bytes.length && shift < 70n; at++, shift += 7n) {
    value |= BigInt(bytes[at]! & 0x7f) << shift;
    if (bytes[at]! < 0x80) return { value: Number(BigInt.asIntN(64, value)), end: at + 1 };
  }
  throw new Error(`a number at byte ${start} has no end`);
}
