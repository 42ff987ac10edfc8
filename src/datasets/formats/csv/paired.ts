/** Tables that hold nothing but pixels, whose labels are in tables of their own: csvTrainImages.csv beside csvTrainLabel.csv. */
import { DatasetError, NoDataset } from '../../errors.ts';
import type { RawDataset } from '../../raw.ts';
import { stem, type Source } from '../../sources/source.ts';
import { arrange, type NamedArray } from '../arrays/arrange.ts';
import { contentsOf, type Item } from '../contents.ts';
import { tableOf } from '../lists/tables.ts';
import type { ReadOptions } from '../reader.ts';
import { isSquare, type PixelTable } from './forms.ts';
import { ways } from './label-column.ts';
import { linesOf } from './lines.ts';
import { Scanner } from './scanner.ts';
import { isNumber } from './table.ts';

const maxTables = 16;
const maxClasses = 1000;

/** Undefined when there are no labels of as many images. Throws a DatasetError. */
export async function pairedTables(source: Source, tables: readonly PixelTable[], options: ReadOptions): Promise<RawDataset | undefined> {
  const pixels = tables.filter(({ form, columns, isOneHot }) => form === 'columns' && isSquare(columns) && !isOneHot);
  const { items } = await contentsOf(source, options);
  const texts = items.filter((item) => item.kind === 'text' && !pixels.some((table) => table.item === item));
  const arrays: NamedArray[] = [];
  for (const table of pixels.slice(0, maxTables)) arrays.push(await pixelArray(table, options));
  for (const item of texts.slice(0, maxTables)) {
    const labels = await labelArray(item, options);
    if (labels && arrays.some(({ shape }) => shape[0] === labels.shape[0])) arrays.push(labels);
  }
  return arrange(source, arrays, options).catch((error: unknown) => {
    if (error instanceof NoDataset) return undefined;
    throw error;
  });
}

async function pixelArray(table: PixelTable, options: ReadOptions): Promise<NamedArray> {
  const { item, columns, left, delimiter } = table;
  const place = item.file.label;
  let count = 0;
  for await (const { lines } of linesOf(item, ways(table), options)) count += lines.length;
  const load = async () => {
    if (count * columns * 8 > options.limits.dataBytes)
      throw new DatasetError(place, `its images take ${count * columns * 8} bytes of memory; expected at most ${options.limits.dataBytes}`);
    const total = columns + left.length;
    const scanner = new Scanner(delimiter, place);
    const data = new Float64Array(count * columns);
    let at = 0;
    for await (const { bytes, lines } of linesOf(item, ways(table), options))
      for (const line of lines) {
        scanner.begin(bytes, line);
        for (let column = 0; column < total; column++)
          if (left.includes(column)) scanner.text(column, total);
          else data[at++] = scanner.number(column, total);
        scanner.end(total);
      }
    const isBytes = data.every((value) => value === (value & 255));
    return { shape: [count, columns], data: isBytes ? Uint8Array.from(data) : data, fortran: false };
  };
  const name = `${stem(item.file.path)}/images`;
  return { name, place, shape: [count, columns], type: 'numbers', itemBytes: 1, lastFirst: false, load };
}

/** A label in every line, perhaps behind its number, or a single 1 among zeros; undefined: it holds something else. */
async function labelArray(item: Item, options: ReadOptions): Promise<NamedArray | undefined> {
  const { rows } = await tableOf(item, false, options);
  const table = rows.map(({ fields }) => fields.map((field) => field.trim()));
  const [first, second] = table;
  if (!first || !second || table.some((row) => row.length !== first.length) || first.length > maxClasses) return undefined;
  const isNamed = first.some((field, i) => !isNumber(field) && isNumber(second[i]!));
  const body = isNamed ? table.slice(1) : table;
  const start = Number(body[0]![0]);
  const isCounted = first.length > 1 && body.every((row, i) => Number(row[0]) === start + i && isNumber(row[0]!));
  const values = isCounted ? body.map((row) => row.slice(1)) : body;
  const width = values[0]!.length;
  const place = item.file.label;
  const named = { name: `${stem(item.file.path)}/labels`, place, itemBytes: 1, lastFirst: false };
  if (width === 1) {
    const labels = values.map(([label]) => label!);
    return new Set(labels).size < labels.length || /label|class|target/i.test(item.file.path)
      ? { ...named, shape: [labels.length], type: 'text', load: () => Promise.resolve(labels) }
      : undefined;
  }
  const data = Float64Array.from(values.flat(), Number);
  if (!data.every((value) => value === 0 || value === 1)) return undefined;
  const shape = [values.length, width];
  return { ...named, shape, type: 'numbers', load: () => Promise.resolve({ shape, data, fortran: false }) };
}
