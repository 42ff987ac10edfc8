/** Data sets whose images are encoded files in the rows of other files: one virtual file for each row. */
import { areOrIs, counted } from '../../counted.ts';
import { DatasetError, NoDataset } from '../../errors.ts';
import { imageFiles } from '../../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../../raw.ts';
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import type { FileContent, ReadFileOptions, Source, SourceFile } from '../../sources/source.ts';
import { leftForValidation, setsOf, severalSets, type SplitName } from '../../splits.ts';
import { isLabelName } from '../csv/table.ts';
import { classLabels, type Marks } from '../labels.ts';
import { splitOfList } from '../lists/listings.ts';
import { divides, leftWithoutPart, saysSplit, splitColumn } from '../lists/split-column.ts';
import type { ReadOptions } from '../reader.ts';

/** One file of rows. */
export interface Shard {
  /** Path inside the source. */
  path: string;
  place: string;
  /** Of every row; a class's number or its name. Undefined: it has none. */
  labels: (string | number | undefined)[];
  /** What the column of labels is called. */
  labelColumn?: string | undefined;
  /** What stands in the column that may say what the rows are for. */
  split?: { column: string; texts: string[] } | undefined;
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
  { shards: all, classes: named, problems, readings }: Recorded,
  options: ReadOptions,
): RawDataset {
  const shards = ofOneSet(all, source, { problems, readings, wanted: options.reading });
  checkLabels(shards);
  const parts = divided(shards, source.name, problems);
  const [val, test] = [parts.get('val'), parts.get('test')];
  const train = parts.get('train') ?? val ?? test;
  if (!train) throw new NoDataset(source.label, 'no row of it has an image and a label');
  const second = [test, val].find((part) => part !== undefined && part !== train);
  if (val && val !== train && val !== second) problems.push({ file: null, message: leftForValidation(val.length) });
  const chosen = second ? [train, second] : [train];
  const { labels, classes } = classLabels(chosen.map(marksOf));
  const splits = chosen.map((part, i): RawSplit => {
    const [{ shard }] = part as [Row];
    return {
      images: imageFiles(rowsOf(part), part, options),
      labels: labels[i]!,
      from: { images: shard.place, labels: shard.place },
    };
  });
  const highest = labels.reduce((most, part) => part.reduce((a, b) => Math.max(a, b), most), 0);
  const names = named && named.length > highest ? named : classes;
  return { name: source.name, ...(names && { classes: names }), train: splits[0]!, test: splits[1] ?? null, problems, readings };
}

/** All rows, by what a column says that they are for, or else by the names of their files. */
function divided(shards: readonly Shard[], name: string, problems: Problem[]): Map<SplitName, Row[]> {
  const parts = new Map<SplitName, Row[]>();
  const said = shards.every(({ split }) => split) ? shards.flatMap(({ split }) => split!.texts) : [];
  const title = shards[0]?.split?.column ?? '';
  const found = splitColumn({ header: [title], rows: said.map((text) => [text]), taken: new Set() });
  const ofFile = ({ path }: Shard): SplitName => splitOfList(path) ?? 'train';
  const column = found && divides(said.map(found.of), shards.map(ofFile)) ? found : undefined;
  const without: string[] = [];
  const isLabelled = labelledRows(shards, problems);
  for (const shard of shards)
    for (let row = 0; row < shard.labels.length; row++) {
      if (!isLabelled(shard.labels[row])) continue;
      const text = shard.split?.texts[row];
      const purpose = column ? column.of(text) : ofFile(shard);
      if (purpose === 'none') {
        without.push(text ?? '');
        continue;
      }
      const own = parts.get(purpose) ?? [];
      parts.set(purpose, own);
      own.push(new Row(shard, row));
    }
  for (const message of leftWithoutPart(without, 'row', { place: name, column: `the column ${title}` }))
    problems.push({ file: null, message });
  return parts;
}

/** Folders with training files of their own hold sets of their own, as Hugging Face keeps the configurations of one: one is read. */
function ofOneSet(
  shards: readonly Shard[],
  source: Source,
  { problems, readings, wanted }: { problems: Problem[]; readings: Reading[]; wanted: WantedReadings | undefined },
): readonly Shard[] {
  const sets = setsOf(
    shards,
    ({ path }) => path,
    ({ path }) => splitOfList(path),
  );
  if (!sets) return shards;
  const options = [...sets.keys()].map((name) => ({ name, label: `the files of ${name}` }));
  const reading = take('set', options, wanted, source.label);
  readings.push(reading);
  problems.push({ file: null, message: severalSets(sets.size, reading.taken) });
  return sets.get(reading.taken)!;
}

/** Throws a NoDataset where what stands for the label says which rows are for training: that is no class. */
function checkLabels(shards: readonly Shard[]): void {
  const column = shards[0]?.labelColumn?.trim() ?? '';
  if (!saysSplit(column) || isLabelName(column)) return;
  const rows = shards.flatMap(({ labels }) => labels.map((label) => [String(label ?? '')]));
  const isFlag = rows.every(([text]) => /^\d*$/.test(text!)) && !/split|^is[-_ ]/i.test(column);
  if (isFlag || !splitColumn({ header: [column], rows, taken: new Set() })) return;
  throw new NoDataset(
    shards[0]!.place,
    `its column ${column} says which rows are for training and which for testing, and no other column could be their label; expected images and labels`,
  );
}

/** Tells rows that have a label from those that have none, or -1 where all other labels are from 0 on, as Hugging Face marks what is not told. */
function labelledRows(shards: readonly Shard[], problems: Problem[]): (label: string | number | undefined) => boolean {
  let lowest = 0;
  let [highest, count, none, marked] = [-Infinity, 0, 0, 0];
  for (const { labels } of shards)
    for (const label of labels) {
      count++;
      if (label === undefined) none++;
      else if (label === -1) marked++;
      else if (typeof label === 'number') [lowest, highest] = [Math.min(lowest, label), Math.max(highest, label)];
    }
  const isAlone = shards.some(({ labels }) => labels.length > 0 && labels.every((label) => label === -1));
  // -1, 0 and 1 may be three classes.
  const isMark = marked > 0 && lowest === 0 && highest >= (isAlone ? 0 : 2);
  const left = none + (isMark ? marked : 0);
  if (left > 0 && left < count)
    problems.push({
      file: null,
      message: `${counted(left, 'row', 'have')} no label${isMark ? ', or -1 for it,' : ''} and ${areOrIs(left)} left out.`,
    });
  return (label) => label !== undefined && !(isMark && label === -1);
}

const marksOf = (rows: readonly Row[]): Marks => {
  const values = rows.map(({ shard, row }) => shard.labels[row]!);
  return {
    values: values.some((value) => typeof value === 'string') ? values.map(String) : (values as number[]),
    place: rows[0]!.shard.place,
    at: (index) => `the label of row ${rows[index]!.row}`,
  };
};

/** Some rows as a source. */
function rowsOf(files: Row[]): Source {
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

  return { label: files[0]!.shard.place, name: '', files, problems: [], readAll };
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
