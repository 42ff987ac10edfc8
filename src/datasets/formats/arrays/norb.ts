/** The binary matrices of smallNORB: a magic number for the type, the number of axes, their sizes, the elements, little-endian. */
import { DatasetError } from '../../errors.ts';
import { stem } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { arrange, type NamedArray } from './arrange.ts';
import { elements, ownBytes, type NdArray } from './ndarray.ts';

const types = {
  0x1e3d4c51: Float32Array,
  0x1e3d4c53: Float64Array,
  0x1e3d4c54: Int32Array,
  0x1e3d4c55: Uint8Array,
  0x1e3d4c56: Int16Array,
} as const;

/** Categories of smallNORB, in the order of their numbers. */
const categories = ['animal', 'human', 'airplane', 'truck', 'car'];

export const norbReader: Reader = {
  name: 'smallNORB',
  kinds: ['norb'],
  looksLike: async (source, options) => (await contentsOf(source, options)).items.some(({ kind }) => kind === 'norb'),
  read: async (source, options) => {
    const items = (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'norb');
    const arrays: NamedArray[] = [];
    // The third file of each set tells pose and lighting, which are no classes.
    for (const item of items) if (!/info\b/i.test(stem(item.file.path))) arrays.push(await namedArray(item, options));
    const read = await arrange(source, arrays, options);
    const five = read.train.labels.every((label) => label < 5) && read.train.labels.includes(4);
    return five && !read.classes ? { ...read, classes: categories } : read;
  },
};

async function namedArray(item: Item, options: ReadOptions): Promise<NamedArray> {
  const { file, gzip } = item;
  // Decompressing the beginning needs more than a header's bytes; files of this format are not small.
  const head = gzip ? await readItem(item, options) : await file.head(64);
  const { shape, type } = readHeader(head, file.label);
  return {
    name: file.path,
    place: file.label,
    shape,
    type: 'numbers',
    itemBytes: type.BYTES_PER_ELEMENT,
    lastFirst: false,
    load: async () => readNorb(await readItem(item, options), file.label),
  };
}

function readNorb(bytes: Uint8Array, place: string): NdArray {
  const { shape, type, start } = readHeader(bytes, place);
  const expected = elements(shape) * type.BYTES_PER_ELEMENT;
  if (bytes.length - start !== expected)
    throw new DatasetError(
      place,
      `it has ${bytes.length - start} bytes of elements, but its header declares ${shape.join(' × ')}, which need ${expected}`,
    );
  const data = type === Uint8Array ? bytes.subarray(start) : new type(ownBytes(bytes.subarray(start)).buffer);
  return { shape, data, fortran: false };
}

function readHeader(head: Uint8Array, place: string) {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head.length < 20) throw new DatasetError(place, `it has only ${head.length} bytes; expected a header of at least 20`);
  const type = types[view.getUint32(0, true) as keyof typeof types] as (typeof types)[keyof typeof types] | undefined;
  if (!type) throw new DatasetError(place, 'its elements are packed; expected bytes, integers or floats');
  const axes = view.getUint32(4, true);
  // At least three sizes are always there, of which only the first ones count when there are fewer axes.
  const start = 8 + 4 * Math.max(axes, 3);
  if (axes < 1 || axes > 8 || head.length < start) throw new DatasetError(place, `its header declares ${axes} axes; expected 1 to 8`);
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(8 + 4 * i, true));
  return { shape, type, start };
}
