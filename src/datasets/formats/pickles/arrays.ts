/** Arrays in pickles and in what PyTorch saves: dictionaries, tuples and lists of NumPy arrays, tensors and numbers. */
import { DatasetError, NoDataset } from '../../errors.ts';
import { baseName, folderName, type Source } from '../../sources/source.ts';
import { arrange, couldBeImages, type NamedArray } from '../arrays/arrange.ts';
import { decodeElements, elements, type NdArray } from '../arrays/ndarray.ts';
import { storedParts } from '../arrays/pieces.ts';
import { bytesFrom, isSeekable } from '../content.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { ArchiveBytes } from '../../sources/archive-bytes.ts';
import { asText, FarBytes, PickledArray, PickledTensor, type FarPickle, type Pickled } from './pickled.ts';
import { unpickle, unpickleSeveral } from './unpickle.ts';

const maxDepth = 4;
/** Images that are each an array of its own are put together; of more, nothing is known. */
const maxArrays = 1_000_000;

/** The number that PyTorch's older files begin with. */
const legacyMagic = 0x1950a86a20f9469cfc6cn;

/** PyTorch's names of elements, as NumPy's. */
export const torchTypes: Record<string, string> = {
  Byte: 'u1',
  Bool: 'b1',
  Char: 'i1',
  Short: 'i2',
  Int: 'i4',
  Long: 'i8',
  Half: 'f2',
  Float: 'f4',
  Double: 'f8',
  BFloat16: 'bf2',
};

export const pickleReader: Reader = {
  name: 'pickled arrays',
  kinds: ['pickle', 'unknown'],
  looksLike: async (source, options) => (await pickleItems(source, options)).length > 0,
  read: async (source, options) => {
    const arrays: NamedArray[] = [];
    const refused: DatasetError[] = [];
    const items = await pickleItems(source, options);
    for (const [i, item] of items.entries()) {
      try {
        arrays.push(...(await arraysOf(source, item, options)));
      } catch (error) {
        if (!(error instanceof DatasetError)) throw error;
        refused.push(error);
      }
      options.onProgress?.({ stage: 'reading files', done: i + 1, total: items.length });
    }
    if (!couldBeImages(arrays))
      throw (
        refused[0] ??
        new NoDataset(
          source.label,
          'no pickle in it holds an array that could be images; expected e.g. a dictionary with images (images, height, width, channels) and labels (images)',
        )
      );
    const read = await arrange(source, arrays, options);
    return { ...read, problems: [...refused.map((error) => ({ file: null, message: `Left out: ${error.message}.` })), ...read.problems] };
  },
};

const pickleItems = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'pickle').sort((a, b) => (a.file.path < b.file.path ? -1 : 1));

async function arraysOf(source: Source, item: Item, options: ReadOptions): Promise<NamedArray[]> {
  const place = item.file.label;
  const isTorch = baseName(item.file.path) === 'data.pkl';
  const value = unpickle(await pickleOf(item, options), place, Math.min(farBytes, options.limits.heldBytes));
  if (value === legacyMagic) return legacyArrays(await readItem(item, options), item, options);
  // A new file of PyTorch is a ZIP with the storages beside the pickle.
  const folder = folderName(item.file.path);
  const storages: Storages = isTorch ? { files: (key) => storageIn(source, `${folder}/data/${key}`) } : noStorage(place);
  const name = isTorch ? folder.replace(/\/[^/]*$/, '') || folder : item.file.path;
  return collect(value, { name, item, storages, options });
}

/** Strings of so many bytes, which are arrays, stay in a large file. */
const farBytes = 2 ** 20;

/** Its bytes; those of a large file, as far as its arrays do not stay in it. */
async function pickleOf(item: Item, options: ReadOptions): Promise<Uint8Array | FarPickle> {
  const length = await item.file.size();
  if (!isSeekable(item) || length <= options.limits.heldBytes) return readItem(item, options);
  const file = new ArchiveBytes(item.file.disk!);
  return { length, at: (start, count) => file.at(start, count) };
}

/** The elements of tensors: in memory, or a file of each that has nothing else in it. */
type Storages = { held: (key: string) => Uint8Array } | { files: (key: string) => Item };

const noStorage = (place: string): Storages => ({
  held: () => {
    throw new DatasetError(place, 'the elements of its tensors are not in it');
  },
});

function storageIn(source: Source, path: string): Item {
  const file = source.files.find((one) => one.path === path || `/${one.path}` === path);
  if (!file) throw new DatasetError(source.label, `the elements of a tensor, ${path}, are missing`);
  return { file, kind: 'unknown', gzip: false };
}

/** Five pickles: magic number, version, system, the object, keys of the storages; then each storage's number of elements and elements. */
function legacyArrays(bytes: Uint8Array, item: Item, options: ReadOptions): NamedArray[] {
  const place = item.file.label;
  const { values, end } = unpickleSeveral(bytes, place, 5);
  const [, , , value, keys] = values;
  const tensors = new Map<string, PickledTensor>();
  walk(value!, '', (found) => {
    if (found instanceof PickledTensor) tensors.set(found.storage.key, found);
  });
  const storages = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = end;
  for (const key of Array.isArray(keys) ? keys : []) {
    const tensor = tensors.get(asText(key));
    const size = tensor ? sizeOf(torchTypes[tensor.storage.type] ?? '') : 0;
    if (!tensor || size === 0 || at + 8 > bytes.length) break;
    const length = Number(view.getBigInt64(at, true)) * size;
    if (!(length >= 0 && at + 8 + length <= bytes.length))
      throw new DatasetError(place, `it is truncated: a tensor needs ${length} bytes from byte ${at} on`);
    storages.set(asText(key), bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const held = (key: string) => {
    const storage = storages.get(key);
    if (!storage) throw new DatasetError(place, 'the elements of a tensor are missing');
    return storage;
  };
  return collect(value!, { name: item.file.path, item, storages: { held }, options });
}

const sizeOf = (type: string): number => Number(/\d+$/.exec(type)?.[0] ?? 0);

/** Calls `use` with every value and its path of keys. */
function walk(value: Pickled, path: string, use: (value: Pickled, path: string, depth: number) => void, depth = 0): void {
  use(value, path, depth);
  if (depth >= maxDepth) return;
  if (value instanceof Map) for (const [key, inner] of value) walk(inner, `${path}/${key.replaceAll('/', '_')}`, use, depth + 1);
  else if (Array.isArray(value) && value.length <= 100)
    for (const [i, inner] of value.entries()) walk(inner, `${path}/${partName(value, i)}`, use, depth + 1);
}

/**
 * What the members of a tuple are called, which has no names: two are images and labels, or training and test data; three are the parts
 * for training, validation and testing of mnist.pkl.
 */
function partName(tuple: readonly Pickled[], index: number): string {
  const isNested = tuple.every((one) => Array.isArray(one) || one instanceof Map);
  if (isNested && tuple.length === 3) return ['train', 'val', 'test'][index]!;
  if (isNested && tuple.length === 2) return ['train', 'test'][index]!;
  if (tuple.length === 2) return ['images', 'labels'][index]!;
  return String(index);
}

interface Context {
  name: string;
  item: Item;
  storages: Storages;
  options: ReadOptions;
}

function collect(value: Pickled, { name, item, storages, options }: Context): NamedArray[] {
  const arrays: NamedArray[] = [];
  const inLists = new Set<Pickled>();
  walk(value, '', (found, path) => {
    if (inLists.has(found) || arrays.length > maxArrays) return;
    const place = `${item.file.label}${path ? `, ${path.slice(1).replaceAll('/', '.')}` : ''}`;
    const add = (array: Pick<NamedArray, 'shape' | 'type' | 'itemBytes' | 'load' | 'parts'>) =>
      arrays.push({ name: `${name}${path}`, place, lastFirst: false, ...array });
    if (found instanceof PickledArray) add(ofNumPy(found, place, item, options));
    else if (found instanceof PickledTensor) add(ofTorch(found, place, storages, options));
    else if (Array.isArray(found) && found.length > 0) {
      const list = listOf(found, place, (bytes) => held(bytes, item, options));
      if (!list) return;
      for (const one of found) if (one instanceof PickledArray) inLists.add(one);
      add({ ...list, type: list.text ? 'text' : 'numbers' });
    }
  });
  return arrays;
}

type Loadable = Pick<NamedArray, 'shape' | 'type' | 'itemBytes' | 'load' | 'parts'>;

const held = (bytes: Uint8Array | FarBytes, item: Item, options: ReadOptions): Uint8Array | Promise<Uint8Array> =>
  bytes instanceof FarBytes ? bytesFrom(item, bytes.start, bytes.length, options) : bytes;

function ofNumPy({ shape, type, fortran, bytes, bigEndian }: PickledArray, place: string, item: Item, options: ReadOptions): Loadable {
  const itemBytes = sizeOf(type);
  const load = async (): Promise<NdArray> => {
    return { shape, fortran, data: decodeElements(await held(bytes, item, options), type, elements(shape), { place, bigEndian }) };
  };
  const { start, length } = bytes instanceof FarBytes ? bytes : { start: 0, length: NaN };
  if (fortran || length !== elements(shape) * itemBytes) return { shape, type: 'numbers', itemBytes, load };
  const stored = { place, shape, type, itemBytes, bigEndian, start };
  const parts: Loadable['parts'] = (signal, wanted) => storedParts(item, stored, { ...options, signal }, wanted);
  return { shape, type: 'numbers', itemBytes, load, parts };
}

function ofTorch(tensor: PickledTensor, place: string, storages: Storages, options: ReadOptions): Loadable {
  const { shape, storage, offset } = tensor;
  const type = torchTypes[storage.type];
  const itemBytes = sizeOf(type ?? '');
  const load = async (): Promise<NdArray> => {
    const bytes = 'held' in storages ? storages.held(storage.key) : await readItem(storages.files(storage.key), options);
    return tensorOf(tensor, bytes, place);
  };
  if (type === undefined || 'held' in storages || !isContiguous(tensor)) return { shape, type: 'numbers', itemBytes, load };
  const stored = { place, shape, type, itemBytes, bigEndian: false, start: offset * itemBytes };
  const parts: Loadable['parts'] = (signal, wanted) => storedParts(storages.files(storage.key), stored, { ...options, signal }, wanted);
  return { shape, type: 'numbers', itemBytes, load, parts };
}

interface List {
  shape: number[];
  text: boolean;
  itemBytes: number;
  load: NamedArray['load'];
}

/** Numbers, names, or images of one size. */
function listOf(
  list: readonly Pickled[],
  place: string,
  heldOf: (bytes: Uint8Array | FarBytes) => Uint8Array | Promise<Uint8Array>,
): List | undefined {
  const { length } = list;
  if (list.every((one) => typeof one === 'number' || typeof one === 'bigint' || typeof one === 'boolean'))
    return {
      shape: [length],
      text: false,
      itemBytes: 8,
      load: () => Promise.resolve({ shape: [length], fortran: false, data: Float64Array.from(list, Number) }),
    };
  if (list.every((one) => typeof one === 'string' || one instanceof Uint8Array)) {
    const texts = () => list.map((one) => (typeof one === 'string' ? one : new TextDecoder().decode(one)));
    return { shape: [length], text: true, itemBytes: 1, load: () => Promise.resolve(texts()) };
  }
  const [first] = list;
  const isAlike = (one: Pickled): one is PickledArray =>
    one instanceof PickledArray &&
    first instanceof PickledArray &&
    one.type === first.type &&
    one.shape.join() === first.shape.join() &&
    !one.fortran &&
    !one.bigEndian;
  if (!(first instanceof PickledArray) || length < 2 || !list.every(isAlike)) return undefined;
  const shape = [length, ...first.shape];
  const load = async () => {
    const all: Uint8Array[] = [];
    for (const one of list as PickledArray[]) all.push(await heldOf(one.bytes));
    const bytes = Buffer.concat(all);
    return { shape, fortran: false, data: decodeElements(bytes, first.type, elements(shape), { place, bigEndian: false }) };
  };
  return { shape, text: false, itemBytes: sizeOf(first.type), load };
}

export function tensorOf({ storage, offset, shape, strides }: PickledTensor, bytes: Uint8Array, place: string): NdArray {
  const type = torchTypes[storage.type];
  if (type === undefined) throw new DatasetError(place, `its elements are of PyTorch's type ${storage.type}; expected numbers`);
  const size = sizeOf(type);
  const count = elements(shape);
  const last = shape.reduce((sum, length, axis) => sum + Math.max(length - 1, 0) * strides[axis]!, offset);
  if (count > 0 && (last + 1) * size > bytes.length)
    throw new DatasetError(place, `its shape ${shape.join(' × ')} needs ${(last + 1) * size} bytes, but it has ${bytes.length}`);
  if (isContiguous({ shape, strides }))
    return {
      shape,
      fortran: false,
      data: decodeElements(bytes.subarray(offset * size, (offset + count) * size), type, count, { place, bigEndian: false }),
    };
  // Elements of a view in the order of its axes.
  const packed = new Uint8Array(count * size);
  const index = shape.map(() => 0);
  for (let i = 0; i < count; i++) {
    const from = index.reduce((sum, value, axis) => sum + value * strides[axis]!, offset) * size;
    packed.set(bytes.subarray(from, from + size), i * size);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
  return { shape, fortran: false, data: decodeElements(packed, type, count, { place, bigEndian: false }) };
}

/** Whether its elements follow one another in the order of its axes. */
function isContiguous({ shape, strides }: Pick<PickledTensor, 'shape' | 'strides'>): boolean {
  let step = 1;
  return shape.toReversed().every((length, i) => {
    const isNext = length === 1 || strides[shape.length - 1 - i] === step;
    step *= length;
    return isNext;
  });
}
