/** Parquet as Hugging Face writes it: a column of encoded images and one of labels. */
import type { AsyncBuffer, FileMetaData, SchemaElement } from 'hyparquet';
import { open } from 'node:fs/promises';
import { DatasetError, NoDataset, systemError } from '../../errors.ts';
import type { Problem } from '../../raw.ts';
import type { Reading } from '../../readings.ts';
import type { Source } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { chooseColumns, featuresOf, imageBytes, labelOf, lackOf, reasonOf, rowLabel, type Column } from './columns.ts';
import { recordedDataset, type Shard } from './records.ts';

export const parquetReader: Reader = {
  name: 'Parquet',
  kinds: ['parquet'],
  looksLike: async (source, options) => (await itemsOf(source, options)).length > 0,
  read: async (source, options) => {
    const problems: Problem[] = [];
    const readings: Reading[] = [];
    const shards: Shard[] = [];
    let classes: string[] | undefined;
    const items = await itemsOf(source, options);
    for (const [i, item] of items.entries()) {
      const read = await readShard(item, options);
      classes ??= read.classes;
      if (read.reading && readings.length === 0) readings.push(read.reading);
      shards.push(read.shard);
      options.onProgress?.({ stage: 'reading files', done: i + 1, total: items.length });
    }
    return recordedDataset(source, { shards, classes, problems, readings }, options);
  },
};

const itemsOf = async (source: Source, options: ReadOptions): Promise<Item[]> =>
  (await contentsOf(source, options)).items.filter(({ kind }) => kind === 'parquet').sort((a, b) => (a.file.path < b.file.path ? -1 : 1));

async function readShard(
  item: Item,
  options: ReadOptions,
): Promise<{ shard: Shard; classes: string[] | undefined; reading: Reading | undefined }> {
  const place = item.file.label;
  return withFile(item, options, async (file) => {
    const { parquetMetadataAsync } = await import('hyparquet');
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    if (!(rows >= 0 && rows <= options.limits.images))
      throw new DatasetError(place, `it declares ${rows} rows; expected at most ${options.limits.images}`);
    const features = featuresOf(metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value);
    const chosen = chooseColumns(columnsOf(metadata), features, { wanted: options.reading, place });
    if (!chosen) throw new NoDataset(place, `it has ${lackOf(columnsOf(metadata))}`);
    const labels = (await rowsOf(file, metadata, chosen.label, 0, rows)).map((value, row) => rowLabel(value, row, chosen.label, place));
    const { split } = chosen;
    const parts = split === undefined ? undefined : await rowsOf(file, metadata, split, 0, rows);
    const shard: Shard = {
      path: item.file.path,
      place,
      labels,
      labelColumn: chosen.label,
      split: split === undefined ? undefined : { column: split, texts: parts!.map((value) => String(labelOf(value) ?? '')) },
      images: (wanted, signal) => imagesOf(item, { ...options, signal }, metadata, chosen.image, wanted),
    };
    return { shard, classes: chosen.classes, reading: chosen.reading };
  });
}

/** A group of rows at a time. */
async function* imagesOf(
  item: Item,
  options: ReadOptions,
  metadata: FileMetaData,
  column: string,
  wanted: readonly number[],
): AsyncGenerator<{ row: number; bytes: Uint8Array }> {
  let start = 0;
  let at = 0;
  for (const { num_rows: count } of metadata.row_groups) {
    const end = start + Number(count);
    const first = at;
    while (at < wanted.length && wanted[at]! < end) at++;
    const own = wanted.slice(first, at);
    const [from, to] = [start, end];
    start = end;
    if (own.length === 0) continue;
    const values = await withFile(item, options, (file) => rowsOf(file, metadata, column, from, to));
    for (const row of own) {
      const bytes = imageBytes(values[row - from]);
      yield { row, bytes: bytes ?? new Uint8Array() };
    }
  }
}

async function rowsOf(file: AsyncBuffer, metadata: FileMetaData, column: string, rowStart: number, rowEnd: number): Promise<unknown[]> {
  const { parquetReadObjects } = await import('hyparquet');
  const codecs = (await import('hyparquet-compressors')).compressors;
  const lz4 = (name: 'LZ4' | 'LZ4_RAW') => (packed: Uint8Array, length: number) =>
    // An empty page, which the library takes for a damaged one.
    length === 0 ? new Uint8Array() : codecs[name]!(packed, length);
  const compressors = { ...codecs, LZ4: lz4('LZ4'), LZ4_RAW: lz4('LZ4_RAW') };
  const rows = await parquetReadObjects({ file, metadata, columns: [column], rowStart, rowEnd, compressors, utf8: false });
  return rows.map((row) => row[column] as unknown);
}

/** Columns at the top, by their types. */
function columnsOf({ schema }: FileMetaData): Column[] {
  const columns: Column[] = [];
  let at = 1;
  const skip = ({ num_children: children = 0 }: SchemaElement): void => {
    for (let i = 0; i < children; i++) skip(schema[at++]!);
  };
  while (at < schema.length) {
    const element = schema[at++]!;
    const below = schema.slice(at, at + (element.num_children ?? 0));
    const isText = (one: SchemaElement) => one.converted_type === 'UTF8' || one.logical_type?.type === 'STRING';
    const isBytes = (one: SchemaElement) => one.type === 'BYTE_ARRAY' && !isText(one);
    const isImage = isBytes(element) || below.some((child) => child.name === 'bytes' && isBytes(child));
    const isLabel = ['INT32', 'INT64', 'BOOLEAN'].includes(element.type ?? '') || (element.type === 'BYTE_ARRAY' && isText(element));
    columns.push({ name: element.name, type: isImage ? 'image' : isLabel ? 'label' : 'other' });
    skip(element);
  }
  return columns;
}

async function withFile<T>(item: Item, options: ReadOptions, use: (file: AsyncBuffer) => Promise<T>): Promise<T> {
  const { disk, label } = item.file;
  const handle =
    disk !== undefined && !item.gzip
      ? await open(disk, 'r').catch((error: unknown) => Promise.reject(systemError(label, error)))
      : undefined;
  try {
    if (!handle) {
      const bytes = new Uint8Array(await readItem(item, options));
      return await use(bytes.buffer);
    }
    const { size } = await handle.stat();
    return await use({
      byteLength: size,
      slice: async (start, end = size) => {
        const bytes = new Uint8Array(Math.max(Math.min(end, size) - start, 0));
        for (let done = 0; done < bytes.length;) {
          options.signal?.throwIfAborted();
          const { bytesRead } = await handle.read(bytes, done, Math.min(bytes.length - done, 2 ** 26), start + done);
          if (bytesRead === 0) throw new DatasetError(label, `it ends at byte ${start + done}; expected ${end}`);
          done += bytesRead;
        }
        return bytes.buffer;
      },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(label, `it is damaged or of a kind that is not read: ${reasonOf(error)}`, { cause: error });
  } finally {
    await handle?.close();
  }
}
