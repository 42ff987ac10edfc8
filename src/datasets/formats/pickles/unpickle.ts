/**
 * Reads the small part of Python's pickle format that data use: dictionaries, lists, tuples, text, numbers, None and booleans,
 * NumPy arrays and PyTorch tensors. Nothing is imported, called or executed: of everything else that a pickle could
 * ask for, only what builds an array of numbers has a meaning here, and it is a plain value.
 */
import { DatasetError } from '../../errors.ts';
import { arrayNames, bufferNames, isAllowed, plainObjects, scalarNames, storageNames } from './names.ts';
import { asText, Dtype, FarBytes, isBytes, Name, PickledArray, PickledTensor, Storage, type FarPickle, type Pickled } from './pickled.ts';

/** Where a list or dictionary begins on the stack. */
const mark = Symbol('mark');
type Slot = Pickled | typeof mark;

const maxValues = 20_000_000;
/** More is no name, but an array that was written as text. */
const maxText = 2 ** 28;

/** @param far strings of so many bytes are left in a pickle that is not held. Throws a DatasetError that names the byte when the pickle is damaged or asks for anything else. */
export function unpickle(pickle: Uint8Array | FarPickle, place: string, far = Infinity): Pickled {
  return new Unpickler(pickle, place, 0, far).run();
}

/** So many pickles that follow one another, and where the last one ends. Throws a DatasetError as `unpickle` does. */
export function unpickleSeveral(bytes: Uint8Array, place: string, count: number): { values: Pickled[]; end: number } {
  const values: Pickled[] = [];
  let end = 0;
  for (let i = 0; i < count; i++) {
    const unpickler = new Unpickler(bytes, place, end);
    values.push(unpickler.run());
    end = unpickler.at;
  }
  return { values, end };
}

class Unpickler {
  readonly #bytes: Uint8Array | FarPickle;
  readonly #far: number;
  readonly #place: string;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, Slot>();
  #at = 0;
  #values = 0;

  constructor(bytes: Uint8Array | FarPickle, place: string, at: number, far = Infinity) {
    this.#at = at;
    this.#bytes = bytes;
    this.#far = bytes instanceof Uint8Array ? Infinity : far;
    this.#place = place;
  }

  get at(): number {
    return this.#at;
  }

  run(): Pickled {
    for (;;) {
      const at = this.#at;
      const opcode = this.#take(1)[0]!;
      if (opcode === 0x2e) return this.#pop();
      this.#step(opcode, at);
      if (++this.#values > maxValues) throw this.#error(at, `it holds more than ${maxValues} values`);
      if (this.#stack.length > maxValues) throw this.#error(at, 'it is nested too deeply');
    }
  }

  #step(opcode: number, at: number): void {
    const stack = this.#stack;
    switch (String.fromCharCode(opcode)) {
      case '\x80': // PROTO
        if (this.#take(1)[0]! > 5) throw this.#error(at, 'it has a protocol above 5');
        return;
      case '\x95': // FRAME
        this.#take(8);
        return;
      case '(':
        return void stack.push(mark);
      case '0':
        return void this.#pop();
      case 'N':
        return void stack.push(null);
      case '\x88':
        return void stack.push(true);
      case '\x89':
        return void stack.push(false);
      case 'K':
        return void stack.push(this.#take(1)[0]!);
      case 'M':
        return void stack.push(this.#uint(2));
      case 'J':
        return void stack.push(this.#uint(4) | 0);
      case '\x8a': // LONG1
        return void stack.push(this.#long(this.#take(1)[0]!));
      case '\x8b': // LONG4
        return void stack.push(this.#long(this.#uint(4)));
      case 'G': {
        const { buffer, byteOffset } = this.#take(8);
        return void stack.push(new DataView(buffer, byteOffset).getFloat64(0));
      }
      case 'U': // SHORT_BINSTRING
      case 'C': // SHORT_BINBYTES
        return void stack.push(this.#take(this.#uint(1)));
      case 'T': // BINSTRING
      case 'B': // BINBYTES
        return void stack.push(this.#string(this.#uint(4)));
      case '\x8e': // BINBYTES8
      case '\x96': // BYTEARRAY8
        return void stack.push(this.#string(this.#uint(8)));
      case '\x8c': // SHORT_BINUNICODE
        return void stack.push(this.#text(this.#uint(1)));
      case 'X': // BINUNICODE
        return void stack.push(this.#text(this.#uint(4)));
      case ']':
        return void stack.push([]);
      case ')':
        return void stack.push([]);
      case '}':
        return void stack.push(new Map());
      case '\x85':
        return void stack.push([this.#pop()]);
      case '\x86':
        return void stack.push(this.#last(2));
      case '\x87':
        return void stack.push(this.#last(3));
      case 't':
        return void stack.push(this.#sinceMark(at));
      case 'a': {
        const value = this.#pop();
        return void this.#list(at).push(value);
      }
      case 'e': {
        const values = this.#sinceMark(at);
        const list = this.#list(at);
        for (const value of values) list.push(value);
        return;
      }
      case 's': {
        const [key, value] = this.#last(2);
        return void this.#dictionary(at).set(this.#key(key!, at), value!);
      }
      case 'u': {
        const values = this.#sinceMark(at);
        if (values.length % 2 !== 0) throw this.#error(at, 'a dictionary has a key without a value');
        const map = this.#dictionary(at);
        for (let i = 0; i < values.length; i += 2) map.set(this.#key(values[i]!, at), values[i + 1]!);
        return;
      }
      case 'q':
        return void this.#memo.set(this.#uint(1), this.#top(at));
      case 'r':
        return void this.#memo.set(this.#uint(4), this.#top(at));
      case '\x94': // MEMOIZE
        return void this.#memo.set(this.#memo.size, this.#top(at));
      case 'h':
        return void stack.push(this.#remembered(this.#uint(1), at));
      case 'j':
        return void stack.push(this.#remembered(this.#uint(4), at));
      case 'c': // GLOBAL
        return void stack.push(this.#global(`${this.#line()} ${this.#line()}`, at));
      case '\x93': {
        // STACK_GLOBAL
        const [module, name] = this.#last(2);
        return void stack.push(this.#global(`${asText(module!)} ${asText(name!)}`, at));
      }
      case 'R':
      case '\x81': {
        // REDUCE, NEWOBJ
        const [callable, values] = this.#last(2);
        return void stack.push(this.#build(callable!, values!, at));
      }
      case '\x8f': // EMPTY_SET
        return void stack.push([]);
      case 'Q': {
        // BINPERSID
        const id = this.#pop();
        return void stack.push(this.#storage(id, at));
      }
      case 'b': {
        const state = this.#pop();
        this.#setState(this.#top(at), state, at);
        return;
      }
      default:
        throw this.#error(at, `it has the opcode 0x${opcode.toString(16).padStart(2, '0')}, which data do not need`);
    }
  }

  #global(name: string, at: number): Name {
    if (!isAllowed(name))
      throw this.#error(at, `it asks Python to load "${name.replaceAll(/[^ -~]/g, '?').slice(0, 60)}", which is never done here`);
    return new Name(name);
  }

  /** What a call would return, for the few calls that make up an array. */
  #build(callable: Pickled, values: Pickled, at: number): Pickled {
    if (callable instanceof Name && Array.isArray(values)) {
      if (arrayNames.test(callable.name)) return new PickledArray();
      if (scalarNames.test(callable.name)) return this.#scalar(values, at);
      if (bufferNames.test(callable.name)) return this.#fromBuffer(values, at);
      if (callable.name === 'torch._utils _rebuild_tensor_v2') return this.#tensor(values, at);
      if (/^copy_?reg _reconstructor$/.test(callable.name) || plainObjects.has(callable.name)) return new Map();
      if (/ (?:OrderedDict|defaultdict)$/.test(callable.name)) return new Map();
      if (/ (?:list|set|Size)$/.test(callable.name)) return Array.isArray(values[0]) ? [...values[0]] : [];
      if (/ int$/.test(callable.name)) return values[0] ?? 0;
      if (/ bytearray$/.test(callable.name))
        return typeof values[0] === 'string' ? Uint8Array.from(Buffer.from(values[0], 'latin1')) : (values[0] ?? null);
      if (callable.name === 'numpy dtype' && values[0] !== undefined) return new Dtype(asText(values[0]));
      // Python 3 writes the bytes of Python 2's arrays as text in Latin-1.
      if (callable.name === '_codecs encode' && typeof values[0] === 'string') return Uint8Array.from(Buffer.from(values[0], 'latin1'));
    }
    throw this.#error(at, 'it asks Python to call a function, which is never done here');
  }

  #scalar([dtype, bytes]: Pickled[], at: number): Pickled {
    if (!(dtype instanceof Dtype) || !(bytes instanceof Uint8Array)) throw this.#error(at, 'a number has no type');
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const little = dtype.order !== '>';
    const size = Number(dtype.type.slice(1));
    if (bytes.length !== size) throw this.#error(at, `a number of type ${dtype.type} has ${bytes.length} bytes`);
    switch (dtype.type) {
      case 'f4':
        return view.getFloat32(0, little);
      case 'f8':
        return view.getFloat64(0, little);
      case 'b1':
      case 'u1':
        return view.getUint8(0);
      case 'i1':
        return view.getInt8(0);
      case 'u2':
        return view.getUint16(0, little);
      case 'i2':
        return view.getInt16(0, little);
      case 'u4':
        return view.getUint32(0, little);
      case 'i4':
        return view.getInt32(0, little);
      case 'u8':
      case 'i8':
        return Number(dtype.type === 'u8' ? view.getBigUint64(0, little) : view.getBigInt64(0, little));
      default:
        throw this.#error(at, `it has a number of type ${dtype.type}`);
    }
  }

  #fromBuffer([bytes, dtype, shape, order]: Pickled[], at: number): PickledArray {
    if (!isBytes(bytes) || !(dtype instanceof Dtype) || !Array.isArray(shape)) throw this.#error(at, 'an array lacks its elements');
    const array = new PickledArray();
    Object.assign(array, { shape: shape.map(Number), type: dtype.type, bigEndian: dtype.order === '>', fortran: order === 'F', bytes });
    return array;
  }

  /** PyTorch keeps a tensor's elements outside the pickle: a type, a key, a place, how many. */
  #storage(id: Pickled, at: number): Storage {
    const [kind, type, key] = Array.isArray(id) ? id : [];
    const name = type instanceof Name ? storageNames.exec(type.name)?.[1] : undefined;
    if (kind !== 'storage' || name === undefined || key === undefined) throw this.#error(at, 'it refers to something outside of it');
    return new Storage(name, asText(key));
  }

  #tensor([storage, offset, shape, strides]: Pickled[], at: number): PickledTensor {
    const isSizes = (sizes: Pickled | undefined): sizes is number[] =>
      Array.isArray(sizes) && sizes.every((size) => typeof size === 'number' && size >= 0);
    if (
      !(storage instanceof Storage) ||
      typeof offset !== 'number' ||
      !isSizes(shape) ||
      !isSizes(strides) ||
      shape.length !== strides.length
    )
      throw this.#error(at, 'a tensor lacks its storage, shape or strides');
    return new PickledTensor(storage, offset, shape, strides);
  }

  #setState(target: Slot, state: Pickled, at: number): void {
    // What an object holds, which is all that it is here.
    if (target instanceof Map && state instanceof Map) {
      for (const [key, value] of state) target.set(key, value);
      return;
    }
    if (target instanceof Map && (state === null || (Array.isArray(state) && state.length === 0))) return;
    if (target instanceof Dtype && Array.isArray(state)) {
      target.order = asText(state[1] ?? '');
      return;
    }
    if (target instanceof PickledArray && Array.isArray(state) && state.length === 5) {
      const [, shape, dtype, fortran, bytes] = state;
      if (Array.isArray(shape) && dtype instanceof Dtype && isBytes(bytes)) {
        target.shape = shape.map(Number);
        target.type = dtype.type;
        target.bigEndian = dtype.order === '>';
        target.fortran = fortran === true || fortran === 1;
        target.bytes = bytes;
        return;
      }
    }
    throw this.#error(at, 'it sets the state of something that is not an array of numbers');
  }

  #take(count: number): Uint8Array {
    if (!(count >= 0 && this.#at + count <= this.#bytes.length))
      throw this.#error(this.#at, `it ends after ${this.#bytes.length} bytes, within a value of ${count} bytes`, 'a whole file');
    this.#at += count;
    return this.#peek(this.#at - count, count);
  }

  #peek(start: number, count: number): Uint8Array {
    return this.#bytes instanceof Uint8Array ? this.#bytes.subarray(start, start + count) : this.#bytes.at(start, count);
  }

  /** In memory, or where it lies. */
  #string(count: number): Uint8Array | FarBytes {
    if (count < this.#far || this.#at + count > this.#bytes.length) return this.#take(count);
    this.#at += count;
    return new FarBytes(this.#at - count, count);
  }

  #uint(size: 1 | 2 | 4 | 8): number {
    const bytes = this.#take(size);
    let value = 0;
    for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
    return value;
  }

  #long(size: number): number | bigint {
    const bytes = this.#take(size);
    let value = 0n;
    for (let i = size - 1; i >= 0; i--) value = value * 256n + BigInt(bytes[i]!);
    const signed = size > 0 && bytes[size - 1]! >= 128 ? value - (1n << BigInt(8 * size)) : value;
    return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
  }

  #text(size: number): string {
    if (size > maxText)
      throw this.#error(this.#at, `it has a text of ${size} bytes`, 'arrays as bytes, which pickle protocols from 3 on have');
    return new TextDecoder().decode(this.#take(size));
  }

  #line(): string {
    const end = this.#peek(this.#at, 201).indexOf(0x0a);
    if (end < 0) throw this.#error(this.#at, 'a name has no end');
    const line = this.#take(end);
    this.#at += 1;
    return Buffer.from(line).toString('latin1');
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === undefined || value === mark) throw this.#error(this.#at, 'a value is missing');
    return value;
  }

  #last(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #top(at: number): Slot {
    const top = this.#stack.at(-1);
    if (top === undefined || top === mark) throw this.#error(at, 'a value is missing');
    return top;
  }

  #sinceMark(at: number): Pickled[] {
    const start = this.#stack.lastIndexOf(mark);
    if (start < 0) throw this.#error(at, 'a list has no beginning');
    const values = this.#stack.splice(start + 1) as Pickled[];
    this.#stack.pop();
    return values;
  }

  #list(at: number): Pickled[] {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw this.#error(at, 'something is added to what is no list');
    return list;
  }

  #dictionary(at: number): Map<string, Pickled> {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map)) throw this.#error(at, 'something is set in what is no dictionary');
    return map;
  }

  #key(key: Pickled, at: number): string {
    if (typeof key !== 'string' && !(key instanceof Uint8Array) && typeof key !== 'number' && typeof key !== 'boolean')
      throw this.#error(at, 'a key of a dictionary is no text');
    return asText(key);
  }

  #remembered(index: number, at: number): Slot {
    const value = this.#memo.get(index);
    if (value === undefined) throw this.#error(at, `it refers to value ${index}, which it does not have`);
    return value;
  }

  #error(at: number, what: string, expected = 'a dictionary with images and labels'): DatasetError {
    return new DatasetError(this.#place, `at byte ${at} of the pickle, ${what}; expected ${expected}`);
  }
}
