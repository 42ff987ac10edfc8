/** What a pickle of data is made of: plain values, and arrays of numbers. Nothing of Python's is in it but names. */

export type Pickled =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | FarBytes
  | Pickled[]
  | Map<string, Pickled>
  | Name
  | Dtype
  | PickledArray
  | Storage
  | PickledTensor;

/** Something that would have been imported; it only has meaning as a part of an array. */
export class Name {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}
export class Dtype {
  readonly type: string;
  /** '>': the highest byte comes first. */
  order = '|';
  constructor(type: string) {
    this.type = type;
  }
}
/** Bytes that are left in the file. */
export class FarBytes {
  readonly start: number;
  readonly length: number;
  constructor(start: number, length: number) {
    this.start = start;
    this.length = length;
  }
}
export const isBytes = (value: Pickled | undefined): value is Uint8Array | FarBytes =>
  value instanceof Uint8Array || value instanceof FarBytes;
/** A pickle that is too large to be held: strings of many bytes, which are the elements of arrays, are left in it. */
export interface FarPickle {
  length: number;
  /** Fewer bytes where it ends. */
  at: (start: number, length: number) => Uint8Array;
}
/** A NumPy array of numbers. */
export class PickledArray {
  shape: number[] = [];
  /** E.g. "u1", "i8". */
  type = '';
  bigEndian = false;
  fortran = false;
  bytes: Uint8Array | FarBytes = new Uint8Array();
}
/** The elements of tensors, which lie beside the pickle. */
export class Storage {
  /** E.g. "Float". */
  readonly type: string;
  readonly key: string;
  constructor(type: string, key: string) {
    this.type = type;
    this.key = key;
  }
}
/** A part of a storage. */
export class PickledTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: number[];
  readonly strides: number[];
  constructor(storage: Storage, offset: number, shape: number[], strides: number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

/** Python 2's strings are bytes. */
export function asText(value: Pickled): string {
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
