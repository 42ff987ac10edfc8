/** Data sets whose images are encoded files in the rows of other files: one virtual file for each row. */
import { DatasetError, NoDataset } from '../../errors.ts';
import { imageFiles } from '../../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../../raw.ts';
import type { Reading } from '../../readings.ts';
import type { FileContent, ReadFileOptions, Source, SourceFile } from '../../sources/source.ts';
import { leftForValidation, type SplitName } from '../../splits.ts';
import { classLabels, type Marks } from '../labels.ts';
import { splitOfList } from '../lists/listings.ts';
import type { ReadOptions } from '../reader.ts';

/** One file of rows. */
export interface Shard {
  /** Path inside the source. */
  path: string;
  place: string;
  /** Of every row; a class's number or its name. */
  labels: (string | number)[];
  /** The encoded images of these rows, in ascending order. Throws a DatasetError. */
  images: (rows: readonly number[], signal: AbortSignal | undefined) => AsyncIterable<{ row: number; bytes: Uint8Array }>;
}

export interface Recorded {
  shards: readonly Shard[];
  /** Names of the classes, where the files tell them. */
  classes?: string[] | undefined;
  problems: Problem[];
  readings: Reading[];
}

/** @param source that the shards lie in. Throws a DatasetError. */
export function recordedDataset(
  source: Source,
  { shards, classes: named, problems, readings }: Recorded,
  options: ReadOptions,
): RawDataset {
  const parts = new Map<SplitName, Shard[]>();
  for (const shard of shards) {
    const split = splitOfList(shard.path) ?? 'train';
    parts.set(split, [...(parts.get(split) ?? []), shard]);
  }
  const [val, test] = [parts.get('val'), parts.get('test')];
  const train = parts.get('train') ?? val ?? test;
  if (!train) throw new NoDataset(source.label, 'no row of it has an image and a label');
  const second = [test, val].find((part) => part !== undefined && part !== train);
  if (val && val !== train && val !== second)
    problems.push({ file: null, message: leftForValidation(val.reduce((sum, { labels }) => sum + labels.length, 0)) });
  const chosen = second ? [train, second] : [train];
  const { labels, classes } = classLabels(chosen.map(marksOf));
  const splits = chosen.map((part, i): RawSplit => {
    const rows = rowsOf(part);
    return { images: imageFiles(rows, rows.files, options), labels: labels[i]!, from: { images: part[0]!.place, labels: part[0]!.place } };
  });
  const highest = labels.reduce((most, part) => part.reduce((a, b) => Math.max(a, b), most), 0);
  const names = named && named.length > highest ? named : classes;
  return { name: source.name, ...(names && { classes: names }), train: splits[0]!, test: splits[1] ?? null, problems, readings };
}

const marksOf = (shards: readonly Shard[]): Marks => {
  const values = shards.flatMap(({ labels }) => labels);
  return {
    values: values.some((value) => typeof value === 'string') ? values.map(String) : (values as number[]),
    place: shards[0]!.place,
    at: (index) => `the label of row ${index}`,
  };
};

/** The rows of some shards as a source. */
function rowsOf(shards: readonly Shard[]): Source {
  const files: Row[] = [];
  for (const shard of shards) for (let row = 0; row < shard.labels.length; row++) files.push(new Row(shard, row));

  const own = new Map<SourceFile, Row>(files.map((file) => [file, file]));
  const rowOf = (file: SourceFile): Row => own.get(file)!;

  async function* readAll(wanted: readonly SourceFile[], { limit = Infinity, signal }: ReadFileOptions = {}): AsyncGenerator<FileContent> {
    for (const [shard, rows] of Map.groupBy(wanted.map(rowOf), (row) => row.shard)) {
      signal?.throwIfAborted();
      const byRow = new Map(rows.map((file) => [file.row, file]));
      const indices = [...byRow.keys()].sort((a, b) => a - b);
      try {
        for await (const { row, bytes } of shard.images(indices, signal)) {
          const file = byRow.get(row)!;
          byRow.delete(row);
          if (bytes.length > limit)
            yield { file, error: new DatasetError(file.label, `it has ${bytes.length} bytes; expected at most ${limit}`) };
          // A copy: as a part of what was read with it, it would hold all of that, and take it along to the thread that decodes it.
          else yield { file, bytes: new Uint8Array(bytes) };
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof DatasetError)) throw error;
        for (const file of byRow.values()) yield { file, error: new DatasetError(file.label, error.message.slice(shard.place.length + 2)) };
      }
    }
  }

  return { label: shards[0]!.place, name: '', files, problems: [], readAll };
}

class Row implements SourceFile {
  readonly shard: Shard;
  readonly row: number;

  constructor(shard: Shard, row: number) {
    this.shard = shard;
    this.row = row;
  }

  get path(): string {
    return `${this.shard.path}/${this.row}`;
  }

  get label(): string {
    return `${this.shard.place}, row ${this.row}`;
  }

  size(): Promise<number> {
    return this.read().then(({ length }) => length);
  }

  head(): Promise<Uint8Array> {
    return this.read();
  }

  async read(options: ReadFileOptions = {}): Promise<Uint8Array> {
    for await (const { bytes } of this.shard.images([this.row], options.signal)) return bytes;
    throw new DatasetError(this.label, 'it holds no image');
  }
}
