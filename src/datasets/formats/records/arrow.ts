/** Arrow as Hugging Face keeps it: streams or files of batches with a column of encoded images and one of labels. */
import type { Table } from '@uwdata/flechette';
import { Script } from 'node:vm';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Reading } from '../../readings.ts';
import type { Source } from '../../sources/source.ts';
import { contentsOf, readItem, type Item } from '../contents.ts';
import type { Reader, ReadOptions } from '../reader.ts';
import { chooseColumns, featuresOf, imageBytes, labelOf, listOf, reasonOf, type Column } from './columns.ts';
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

async function tableOf(item: Item, options: ReadOptions): Promise<Table> {
  const { tableFromIPC, setCompressionCodec, CompressionType } = await import('@uwdata/flechette');
  setCompressionCodec(CompressionType.ZSTD, { encode: (data) => zstdCompressSync(data), decode: (data) => zstdDecompressSync(data) });
  const bytes = await readItem(item, options);
  try {
    return withPatience(() => tableFromIPC(bytes));
  } catch (error) {
    throw new DatasetError(item.file.label, `it is damaged or of a kind that is not read: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

async function readShard(
  item: Item,
  options: ReadOptions,
): Promise<{ shard: Shard; classes: string[] | undefined; reading: Reading | undefined }> {
  const place = item.file.label;
  const table = await tableOf(item, options);
  if (table.numRows > options.limits.images)
    throw new DatasetError(place, `it declares ${table.numRows} rows; expected at most ${options.limits.images}`);
  const columns = columnsOf(table);
  const chosen = chooseColumns(columns, featuresOf(table.schema.metadata?.get('huggingface')), { wanted: options.reading, place });
  if (!chosen) throw new NoDataset(place, `it has no column of encoded images and one of labels; it has ${listOf(columns)}`);
  const labels = valuesOf(table, chosen.label, place).map((value, row) => {
    const label = labelOf(value);
    if (label === undefined) throw new DatasetError(place, `row ${row} has no label in ${chosen.label}; expected a number or a name`);
    return label;
  });
  const shard: Shard = {
    path: item.file.path,
    place,
    labels,
    images: async function* (wanted, signal) {
      const column = (await tableOf(item, { ...options, signal })).getChild(chosen.image);
      for (const row of wanted) yield { row, bytes: imageBytes(valueAt(column, row, place)) ?? new Uint8Array() };
    },
  };
  return { shard, classes: chosen.classes, reading: chosen.reading };
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
