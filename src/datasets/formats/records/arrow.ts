/** Arrow as Hugging Face keeps it: streams or files of batches with a column of encoded images and one of labels. */
import type { Table } from '@uwdata/flechette';
import { Script } from 'node:vm';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Reading } from '../../readings.ts';
import type { Source } from '../../sources/source.ts';
import { anyBytes, type AnyBytes } from '../content.ts';
import { contentsOf, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { chooseColumns, featuresOf, imageBytes, labelOf, lackOf, reasonOf, rowLabel, type Chosen, type Column } from './columns.ts';
import { recordedDataset, type Shard } from './records.ts';

export const arrowReader: Reader = {
  name: 'Arrow',
  kinds: ['arrow'],
  looksLike: async (source, options) => (await itemsOf(source, options)).length > 0,
  read: async (source, options) => {
    const shards: Shard[] = [];
    const readings: Reading[] = [];
    let classes: string[] | undefined;
    for (const item of await itemsOf(source, options)) {
      const read = await readShard(item, options);
      classes ??= read.classes;
      if (read.reading && readings.length === 0) readings.push(read.reading);
      shards.push(read.shard);
    }
    return recordedDataset(source, { shards, classes, problems: [], readings }, options);
  },
};

/** What Hugging Face computes from the data, beside them. */
const isCache = (path: string): boolean => /(?:^|\/)cache-[0-9a-f]+/.test(path);

const itemsOf = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items
    .filter(({ kind, file }) => kind === 'arrow' && !isCache(file.path))
    .sort((a, b) => (a.file.path < b.file.path ? -1 : 1));

/** Milliseconds. A header is read at once; one that is damaged may declare billions of parts, which the library would begin to list. */
const patience = 2000;
const script = new Script('capscopeArrow()');

function withPatience<T>(work: () => T): T {
  const slot = globalThis as { capscopeArrow?: () => T };
  slot.capscopeArrow = work;
  try {
    return script.runInThisContext({ timeout: patience }) as T;
  } finally {
    delete slot.capscopeArrow;
  }
}

/** Reads batches into the same memory: a table is good until the next one is read. */
class Tables {
  readonly #content: AnyBytes;
  readonly #heading: Uint8Array;
  readonly #place: string;
  #room = new Uint8Array();

  constructor(content: AnyBytes, heading: Uint8Array, place: string) {
    this.#content = content;
    this.#heading = heading;
    this.#place = place;
  }

  /** The rows of a batch. Throws a DatasetError. */
  async of(start: number, end: number): Promise<Table> {
    const { tableFromIPC, setCompressionCodec, CompressionType } = await import('@uwdata/flechette');
    setCompressionCodec(CompressionType.ZSTD, { encode: (data) => zstdCompressSync(data), decode: (data) => zstdDecompressSync(data) });
    const first = this.#heading.length;
    const last = first + end - start;
    if (this.#room.length < last + endOfStream.length) this.#room = new Uint8Array(last + endOfStream.length);
    this.#room.set(this.#heading);
    await this.#content.into(this.#room.subarray(first, last), start);
    this.#room.set(endOfStream, last);
    try {
      return withPatience(() => tableFromIPC(this.#room.subarray(0, last + endOfStream.length)));
    } catch (error) {
      throw new DatasetError(this.#place, `it is damaged or of a kind that is not read: ${reasonOf(error)}`, { cause: error });
    }
  }
}

/** A batch of rows, and where it is. */
interface Batch {
  start: number;
  end: number;
  /** Number of its first row. */
  first: number;
}

async function readShard(
  item: Item,
  options: ReadOptions,
): Promise<{ shard: Shard; classes: string[] | undefined; reading: Reading | undefined }> {
  const place = item.file.label;
  const content = await anyBytes(item, options);
  const { heading, batches: ranges } = await messagesOf(content, place);
  const tables = new Tables(content, heading, place);
  const batches: Batch[] = [];
  const labels: Shard['labels'] = [];
  const parts: string[] = [];
  let chosen: Chosen | undefined;
  // One batch is held at a time; without any, there are still the names of the columns.
  for (const [start, end] of ranges.length > 0 ? ranges : [[0, 0] as const]) {
    options.signal?.throwIfAborted();
    const table = await tables.of(start, end);
    const columns = columnsOf(table);
    chosen ??= chooseColumns(columns, featuresOf(table.schema.metadata?.get('huggingface')), { wanted: options.reading, place });
    if (!chosen) throw new NoDataset(place, `it has ${lackOf(columns)}`);
    const first = labels.length;
    if (first + table.numRows > options.limits.images)
      throw new DatasetError(place, `it declares ${first + table.numRows} rows; expected at most ${options.limits.images}`);
    for (const [row, value] of valuesOf(table, chosen.label, place).entries())
      labels.push(rowLabel(value, first + row, chosen.label, place));
    if (chosen.split !== undefined) for (const value of valuesOf(table, chosen.split, place)) parts.push(String(labelOf(value) ?? ''));
    batches.push({ start, end, first });
  }
  const { image, label: labelColumn, split: column, classes, reading } = chosen!;
  const split = column === undefined ? undefined : { column, texts: parts };
  const images: Shard['images'] = async function* (wanted, signal) {
    const own = new Tables(content, heading, place);
    let next = 0;
    for (const [i, { start, end, first }] of batches.entries()) {
      const last = batches[i + 1]?.first ?? labels.length;
      if (next === wanted.length || wanted[next]! >= last) continue;
      signal?.throwIfAborted();
      const column = (await own.of(start, end)).getChild(image);
      for (; next < wanted.length && wanted[next]! < last; next++) {
        const row = wanted[next]!;
        yield { row, bytes: imageBytes(valueAt(column, row - first, place)) ?? new Uint8Array() };
      }
    }
  };
  return { shard: { path: item.file.path, place, labels, labelColumn, split, images }, classes, reading };
}

const endOfStream = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
const magic = 'ARROW1';
const maxMetadataBytes = 2 ** 26;
const recordBatch = 3;

/** Where the batches of rows are, and what comes before them: the schema, and the dictionaries that it needs. */
async function messagesOf(content: AnyBytes, place: string): Promise<{ heading: Uint8Array; batches: [number, number][] }> {
  const heading: Uint8Array[] = [];
  const batches: [number, number][] = [];
  const isFile = Buffer.from(await content.at(0, magic.length)).toString('latin1') === magic;
  for (let at = isFile ? 8 : 0; at < content.size;) {
    const prefix = Buffer.from(await content.at(at, at + 8));
    const length = prefix.length < 8 ? 0 : prefix.readInt32LE(4);
    // After the end of a stream, a file has an index of what has been read by then.
    if (prefix.length < 8 || prefix.readUInt32LE(0) !== 0xffffffff || length === 0) break;
    if (length < 0 || length > maxMetadataBytes || at + 8 + length > content.size)
      throw new DatasetError(place, `it is damaged: the message at byte ${at} declares ${length} bytes`);
    const { kind, bodyBytes } = messageOf(await content.at(at + 8, at + 8 + length), place, at);
    const end = at + 8 + length + bodyBytes;
    if (!(bodyBytes >= 0 && end <= content.size))
      throw new DatasetError(place, `it is truncated: the message at byte ${at} declares a body of ${bodyBytes} bytes`);
    if (kind === recordBatch) batches.push([at, end]);
    else heading.push(await content.at(at, end));
    at = end;
  }
  return { heading: Buffer.concat(heading), batches };
}

/** Of a message in the format of FlatBuffers: what it is, and how many bytes follow it. */
function messageOf(bytes: Uint8Array, place: string, at: number): { kind: number; bodyBytes: number } {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const table = view.getUint32(0, true);
    const fields = table - view.getInt32(table, true);
    const placeOf = (field: number) => (4 + 2 * field < view.getUint16(fields, true) ? view.getUint16(fields + 4 + 2 * field, true) : 0);
    const [kind, body] = [placeOf(1), placeOf(3)];
    return { kind: kind === 0 ? 0 : view.getUint8(table + kind), bodyBytes: body === 0 ? 0 : Number(view.getBigInt64(table + body, true)) };
  } catch (error) {
    throw new DatasetError(place, `it is damaged: the message at byte ${at} cannot be read`, { cause: error });
  }
}

const valuesOf = (table: Table, name: string, place: string): unknown[] => {
  const column = table.getChild(name);
  return Array.from({ length: table.numRows }, (_, row) => valueAt(column, row, place));
};

function valueAt(column: ReturnType<Table['getChild']>, row: number, place: string): unknown {
  try {
    return column.at(row) as unknown;
  } catch (error) {
    throw new DatasetError(place, `row ${row} cannot be read (${reasonOf(error)})`, { cause: error });
  }
}

/** Columns by what their first value is. */
function columnsOf(table: Table): Column[] {
  return table.schema.fields.map(({ name }) => {
    const column = table.getChild(name);
    let value: unknown;
    try {
      for (let row = 0; row < Math.min(table.numRows, 100) && (value === null || value === undefined); row++) value = column.at(row);
    } catch {
      // A column that cannot be read is neither.
    }
    const type = imageBytes(value) ? 'image' : labelOf(value) !== undefined ? 'label' : 'other';
    return { name, type };
  });
}
