/**
 * TFRecord as TensorFlow Datasets and others write it: records of a length, its checksum, an Example and its checksum. An Example is
 * a protocol buffer, a map from names to lists of bytes, floats or integers.
 */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Reading } from '../../readings.ts';
import type { Source } from '../../sources/source.ts';
import { baseName } from '../../sources/source.ts';
import { decodeText } from '../../text.ts';
import { anyBytes, type AnyBytes } from '../content.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { chooseColumns, lackOf, type Chosen, type Column } from './columns.ts';
import { crc32c } from './crc32c.ts';
import { Fields } from './fields.ts';
import { recordedDataset, type Shard } from './records.ts';

type Feature = { kind: 'bytes'; values: Uint8Array[] } | { kind: 'integers'; values: number[] } | { kind: 'floats' };

export const tfrecordReader: Reader = {
  name: 'TFRecord',
  kinds: ['tfrecord'],
  looksLike: async (source, options) => (await itemsOf(source, options)).length > 0,
  read: async (source, options) => {
    const shards: Shard[] = [];
    const readings: Reading[] = [];
    let label = '';
    const items = await itemsOf(source, options);
    for (const [i, item] of items.entries()) {
      const read = await readShard(item, options);
      label = read.label;
      if (read.reading && readings.length === 0) readings.push(read.reading);
      shards.push(read.shard);
      options.onProgress?.({ stage: 'reading files', done: i + 1, total: items.length });
    }
    return recordedDataset(source, { shards, classes: await namesOf(source, label, options), problems: [], readings }, options);
  },
};

const itemsOf = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'tfrecord').sort((a, b) => (a.file.path < b.file.path ? -1 : 1));

/** TensorFlow Datasets keeps the names of the classes of "label" in label.labels.txt. */
async function namesOf(source: Source, label: string, options: ReadOptions): Promise<string[] | undefined> {
  const { items } = await contentsOf(source, options);
  const item = items.find(({ kind, file }) => kind === 'text' && baseName(file.path) === `${label}.labels.txt`);
  if (!item) return undefined;
  return decodeText(await readItem(item, options))
    .trimEnd()
    .split(/\r?\n/);
}

async function readShard(item: Item, options: ReadOptions): Promise<{ shard: Shard; label: string; reading: Reading | undefined }> {
  const place = item.file.label;
  const content = await anyBytes(item, options);
  const ranges: [number, number][] = [];
  const labels: (string | number)[] = [];
  let chosen: Chosen | undefined;
  for await (const { start, bytes } of recordsOf(content, place)) {
    options.signal?.throwIfAborted();
    const row = ranges.length;
    const example = exampleOf(bytes, place, row);
    if (!chosen) {
      const columns = [...example].map(([name, feature]): Column => ({ name, type: columnType(name, feature, example) }));
      chosen = chooseColumns(columns, {}, { wanted: options.reading, place });
      if (!chosen) throw new NoDataset(place, `its records have ${lackOf(columns)}`);
    }
    const feature = example.get(chosen.label);
    const [value] = feature?.kind === 'integers' ? feature.values : feature?.kind === 'bytes' ? feature.values : [];
    if (value === undefined) throw new DatasetError(place, `record ${row} has no ${chosen.label}; expected a number or a name`);
    labels.push(typeof value === 'number' ? value : new TextDecoder().decode(value));
    ranges.push([start, start + bytes.length]);
  }
  if (!chosen) throw new NoDataset(place, 'it holds no record');
  const { image, label, reading } = chosen;
  const images: Shard['images'] = async function* (wanted, signal) {
    const room = new Uint8Array(Math.min(windowBytes, content.size));
    for (let next = 0; next < wanted.length;) {
      signal?.throwIfAborted();
      // As many as lie close together are read at once.
      const [from, last] = ranges[wanted[next]!]!;
      let [end, to] = [next + 1, last];
      for (; end < wanted.length && ranges[wanted[end]!]![1] - from <= windowBytes; end++) to = ranges[wanted[end]!]![1];
      const bytes = to - from > room.length ? await content.at(from, to) : await content.into(room.subarray(0, to - from), from);
      for (; next < end; next++) {
        const row = wanted[next]!;
        const [start, stop] = ranges[row]!;
        yield { row, bytes: imageOf(exampleOf(bytes.subarray(start - from, stop - from), place, row), image) };
      }
    }
  };
  return { shard: { path: item.file.path, place, labels, labelColumn: label, images }, label, reading };
}

/** Read at once. */
const windowBytes = 2 ** 22;

/** The Example in each record, and where it begins. */
async function* recordsOf(content: AnyBytes, place: string): AsyncGenerator<{ start: number; bytes: Uint8Array }> {
  let window: { at: number; bytes: Uint8Array } = { at: 0, bytes: new Uint8Array() };
  const room = new Uint8Array(Math.min(windowBytes, content.size));
  /** Good until the next one is taken. */
  const take = async (at: number, length: number): Promise<Uint8Array> => {
    if (at + length > window.at + window.bytes.length)
      window = { at, bytes: length > room.length ? await content.at(at, at + length) : await content.into(room, at) };
    return window.bytes.subarray(at - window.at, at - window.at + length);
  };
  for (let at = 0, row = 0; at < content.size; row++) {
    const header = await take(at, 12);
    if (header.length < 12) throw new DatasetError(place, `it is truncated: it ends within the header of record ${row}`);
    const view = new DataView(header.buffer, header.byteOffset, header.length);
    const length = Number(view.getBigUint64(0, true));
    if (!(at + 16 + length <= content.size))
      throw new DatasetError(place, `it is truncated: record ${row} at byte ${at} declares ${length} bytes`);
    const sums: [number, Uint8Array][] = [[view.getUint32(8, true), header.slice(0, 8)]];
    const body = await take(at + 12, length + 4);
    const bytes = body.subarray(0, length);
    sums.push([new DataView(body.buffer, body.byteOffset, body.length).getUint32(length, true), bytes]);
    // Writers that leave the checksums out write zeros.
    for (const [sum, part] of sums)
      if (sum !== 0 && sum !== masked(crc32c(part)))
        throw new DatasetError(place, `record ${row} at byte ${at} does not have the checksum that it declares`);
    yield { start: at + 12, bytes };
    at += 16 + length;
  }
}

const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

function exampleOf(bytes: Uint8Array, place: string, row: number): Map<string, Feature> {
  const features = new Map<string, Feature>();
  try {
    for (const { number, bytes: all } of new Fields(bytes))
      if (number === 1 && all)
        for (const { bytes: entry } of new Fields(all)) {
          if (!entry) continue;
          const parts = [...new Fields(entry)];
          const name = parts.find((part) => part.number === 1)?.bytes;
          const value = parts.find((part) => part.number === 2)?.bytes;
          if (name && value) features.set(new TextDecoder().decode(name), featureOf(value));
        }
  } catch (error) {
    throw new DatasetError(place, `record ${row} is no Example of TensorFlow (${(error as Error).message})`, { cause: error });
  }
  return features;
}

function featureOf(bytes: Uint8Array): Feature {
  const [list] = new Fields(bytes);
  if (list?.number === 1) return { kind: 'bytes', values: [...new Fields(list.bytes!)].flatMap((field) => field.bytes ?? []) };
  if (list?.number !== 3) return { kind: 'floats' };
  const values = [...new Fields(list.bytes!)].flatMap((field) => (field.bytes ? Fields.varints(field.bytes) : [field.value!]));
  return { kind: 'integers', values };
}

function columnType(name: string, feature: Feature, all: Map<string, Feature>): Column['type'] {
  if (feature.kind === 'integers') return feature.values.length === 1 && !/height|width|depth|channels/i.test(name) ? 'label' : 'other';
  const [value] = feature.kind === 'bytes' ? feature.values : [];
  if (!value || feature.kind !== 'bytes' || feature.values.length !== 1) return 'other';
  const start = Buffer.from(value.subarray(0, 12)).toString('latin1');
  if (/^(?:\x89PNG|\xff\xd8\xff|GIF8|BM|RIFF.{4}WEBP|II\*|MM)/s.test(start)) return 'image';
  if (rawShape(value, all)) return 'image';
  return value.length < 200 ? 'label' : 'other';
}

/** Pixels as they are, whose size other features tell. */
function rawShape({ length }: Uint8Array, all: Map<string, Feature>): { height: number; width: number; channels: number } | undefined {
  const number = (pattern: RegExp) => {
    const feature = [...all].find(([name]) => pattern.test(name))?.[1];
    return feature?.kind === 'integers' ? feature.values[0] : undefined;
  };
  const [height, width] = [number(/height|rows/i), number(/width|cols/i)];
  const side = [1, 3]
    .map((channels) => ({ side: Math.sqrt(length / channels), channels }))
    .find((one) => Number.isInteger(one.side) && one.side >= 8);
  if (height !== undefined && width !== undefined && height * width > 0 && [1, 3].includes(length / (height * width)))
    return { height, width, channels: length / (height * width) };
  return side && height === undefined ? { height: side.side, width: side.side, channels: side.channels } : undefined;
}

function imageOf(example: Map<string, Feature>, name: string): Uint8Array {
  const feature = example.get(name);
  const [bytes] = feature?.kind === 'bytes' ? feature.values : [];
  if (!bytes) return new Uint8Array();
  const isEncoded =
    columnType(name, { kind: 'bytes', values: [bytes] }, new Map()) === 'image' &&
    /^(?:\x89P|\xff\xd8|GI|BM|RI|II|MM)/.test(Buffer.from(bytes.subarray(0, 2)).toString('latin1'));
  const shape = isEncoded ? undefined : rawShape(bytes, example);
  // With a header, pixels are an image file.
  return shape ? Buffer.concat([Buffer.from(`P${shape.channels === 1 ? 5 : 6}\n${shape.width} ${shape.height}\n255\n`), bytes]) : bytes;
}
