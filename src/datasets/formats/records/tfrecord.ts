/**
 * TFRecord as TensorFlow Datasets and others write it: records of a length, its checksum, an Example and its checksum. An Example is
 * a protocol buffer, a map from names to lists of bytes, floats or integers.
 */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Reading } from '../../readings.ts';
import type { Source } from '../../sources/source.ts';
import { baseName, folderName } from '../../sources/source.ts';
import { decodeText } from '../../text.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { chooseColumns, listOf, type Column } from './columns.ts';
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
  const bytes = await readItem(item, options);
  const records = recordsOf(bytes, place);
  const first = records[0] && exampleOf(bytes.subarray(...records[0]), place, 0);
  if (!first) throw new NoDataset(place, 'it holds no record');
  const columns = [...first].map(([name, feature]): Column => ({ name, type: columnType(name, feature, first) }));
  const chosen = chooseColumns(columns, {}, { wanted: options.reading, place });
  if (!chosen) throw new NoDataset(place, `its records have no image with a label; they have ${listOf(columns)}`);
  const labels = records.map((range, row) => {
    const feature = exampleOf(bytes.subarray(...range), place, row).get(chosen.label);
    const [value] = feature?.kind === 'integers' ? feature.values : feature?.kind === 'bytes' ? feature.values : [];
    if (value === undefined) throw new DatasetError(place, `record ${row} has no ${chosen.label}; expected a number or a name`);
    return typeof value === 'number' ? value : new TextDecoder().decode(value);
  });
  const images: Shard['images'] = async function* (wanted, signal) {
    const content = await readItem(item, { ...options, signal });
    for (const row of wanted) yield { row, bytes: imageOf(exampleOf(content.subarray(...records[row]!), place, row), chosen.image) };
  };
  return {
    shard: { path: folderName(item.file.path) + '/' + baseName(item.file.path), place, labels, images },
    label: chosen.label,
    reading: chosen.reading,
  };
}

/** Where each record's Example begins and ends. */
function recordsOf(bytes: Uint8Array, place: string): [number, number][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const records: [number, number][] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 12 > bytes.length) throw new DatasetError(place, `it is truncated: it ends within the header of record ${records.length}`);
    const length = Number(view.getBigUint64(at, true));
    const [start, end] = [at + 12, at + 12 + length];
    if (!(end + 4 <= bytes.length))
      throw new DatasetError(place, `it is truncated: record ${records.length} at byte ${at} declares ${length} bytes`);
    // Writers that leave the checksums out write zeros.
    const sums = [view.getUint32(at + 8, true), view.getUint32(end, true)];
    for (const [i, part] of [bytes.subarray(at, at + 8), bytes.subarray(start, end)].entries())
      if (sums[i] !== 0 && sums[i] !== masked(crc32c(part)))
        throw new DatasetError(place, `record ${records.length} at byte ${at} does not have the checksum that it declares`);
    records.push([start, end]);
    at = end + 4;
  }
  return records;
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
