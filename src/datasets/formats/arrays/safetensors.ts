/** Arrays in safetensors: the length of a header, the header in JSON, the elements. */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Source } from '../../sources/source.ts';
import { stem } from '../../sources/source.ts';
import { bytesFrom } from '../content.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { arrange, couldBeImages, type NamedArray } from './arrange.ts';
import { decodeElements, elements } from './ndarray.ts';
import { storedParts } from './pieces.ts';

/** As NumPy calls them. */
const types: Record<string, string> = {
  BOOL: 'b1',
  U8: 'u1',
  I8: 'i1',
  U16: 'u2',
  I16: 'i2',
  F16: 'f2',
  BF16: 'bf2',
  U32: 'u4',
  I32: 'i4',
  F32: 'f4',
  U64: 'u8',
  I64: 'i8',
  F64: 'f8',
};

export const safetensorsReader: Reader = {
  name: 'safetensors',
  kinds: ['safetensors'],
  looksLike: async (source, options) => (await itemsOf(source, options)).length > 0,
  read: async (source, options) => {
    const arrays: NamedArray[] = [];
    for (const item of await itemsOf(source, options)) arrays.push(...(await arraysOf(item, options)));
    if (!couldBeImages(arrays))
      throw new NoDataset(source.label, 'it holds no tensor that could be images; expected e.g. images and labels');
    return arrange(source, arrays, options);
  },
};

const itemsOf = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'safetensors');

/** More than any honest header has. */
const maxHeaderBytes = 100_000_000;

async function arraysOf(item: Item, options: ReadOptions): Promise<NamedArray[]> {
  const { file, gzip } = item;
  const place = file.label;
  // Compressed, or in an archive, how large it is shows when it is read.
  const size = file.disk !== undefined && !gzip ? await file.size() : (await readItem(item, options)).length;
  const lengthBytes = await beginning(item, 8, options);
  const length = lengthBytes.length === 8 ? Number(lengthBytes.readBigUInt64LE()) : Infinity;
  if (!(8 + length <= size) || length > maxHeaderBytes)
    throw new DatasetError(place, `its header of ${length} bytes goes beyond the ${size} bytes of the file`);
  const start = 8 + length;
  return Object.entries(headerOf((await beginning(item, start, options)).subarray(8), place)).flatMap(([name, entry]): NamedArray[] => {
    if (name === '__metadata__') return [];
    const label = `${place}, tensor ${name}`;
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: string; shape?: number[]; data_offsets?: number[] };
    const isSizes = (sizes: unknown): sizes is number[] =>
      Array.isArray(sizes) && sizes.every((one) => Number.isSafeInteger(one) && one >= 0);
    if (!isSizes(shape) || !isSizes(offsets) || offsets.length !== 2)
      throw new DatasetError(label, 'its entry in the header is damaged; expected dtype, shape and data_offsets');
    const type = types[dtype ?? ''];
    if (type === undefined) return [];
    const [begin, end] = offsets as [number, number];
    const itemBytes = Number(/\d+$/.exec(type)![0]);
    if (end - begin !== elements(shape) * itemBytes || start + end > size)
      throw new DatasetError(
        label,
        `its ${shape.join(' × ')} elements need ${elements(shape) * itemBytes} bytes, but it has ${Math.min(end, size - start) - begin}`,
      );
    const stored = { place: label, shape, type, itemBytes, bigEndian: false, start: start + begin };
    return [
      {
        name: `${stem(file.path)}/${name.replaceAll('.', '_')}`,
        place: label,
        shape,
        type: 'numbers',
        itemBytes,
        lastFirst: false,
        load: async () => {
          const bytes = await bytesFrom(item, start + begin, end - begin, options);
          return { shape, fortran: false, data: decodeElements(bytes, type, elements(shape), { place: label, bigEndian: false }) };
        },
        parts: (signal, wanted) => storedParts(item, stored, { ...options, signal }, wanted),
      },
    ];
  });
}

const beginning = async (item: Item, bytes: number, options: ReadOptions): Promise<Buffer> =>
  Buffer.from(await bytesFrom(item, 0, bytes, options));

function headerOf(bytes: Uint8Array, place: string): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof header === 'object' && header !== null && !Array.isArray(header)) return header as Record<string, unknown>;
  } catch {
    // What is wrong with it is said below.
  }
  throw new DatasetError(place, 'its header is damaged; expected JSON');
}
