/** Tables with a column for every pixel: read once to count the lines and to find the labels, and again for the pixels. */
import { DatasetError } from '../../errors.ts';
import type { SplitName } from '../../splits.ts';
import type { ReadOptions } from '../reader.ts';
import type { PixelTable } from './forms.ts';
import { linesOf } from './lines.ts';
import { Scanner } from './scanner.ts';
import { columnWords, isNumber } from './table.ts';
import type { DividedRows } from './texts.ts';

/** Lines that are looked at to tell which column is the label. */
const sample = 2000;

/** Throws a DatasetError that names the line and the column. */
export async function readRows(table: PixelTable, options: ReadOptions): Promise<DividedRows> {
  const { item, delimiter, left, split } = table;
  const place = item.file.label;
  const total = table.columns + left.length;
  const size = table.columns - 1;
  const { count, labelColumn } = await survey(table, options);
  // The shortest line there can be has a digit and a delimiter for every column, so that this is bounded by the file's size.
  if (count * size * 8 > options.limits.dataBytes)
    throw new DatasetError(place, `its images take ${count * size * 8} bytes of memory; expected at most ${options.limits.dataBytes}`);
  const isPixel = Array.from({ length: total }, (_, column) => column !== labelColumn && !left.includes(column));
  const scanner = new Scanner(delimiter, place);
  const marks: string[] = [];
  const splits: (SplitName | undefined)[] = [];
  const numbers = new Uint32Array(count);
  let values: Uint8Array | Float64Array = new Uint8Array(count * size);
  let at = 0;
  for await (const { bytes, lines } of linesOf(item, ways(table), options))
    for (const line of lines) {
      if (marks.length === count) throw new DatasetError(place, 'it has become longer while it was read');
      numbers[marks.length] = line.number;
      scanner.begin(bytes, line);
      for (let column = 0; column < total; column++) {
        if (isPixel[column]) {
          const value = scanner.number(column, total);
          // Bytes until a value is none; everything so far fits into floats too.
          if (values instanceof Uint8Array && value !== (value & 255)) values = Float64Array.from(values);
          values[at++] = value;
          continue;
        }
        const text = scanner.text(column, total);
        if (column === labelColumn) marks.push(text);
        else if (column === split?.column) splits.push(split.of(text));
      }
      scanner.end(total);
    }
  if (marks.length < count) throw new DatasetError(place, 'it has become shorter while it was read');
  const kept = [...isPixel.keys()].filter((column) => !left.includes(column));
  const label = kept.indexOf(labelColumn);
  const rows = {
    marks: { values: marks, place, at: (index: number) => `the label in line ${numbers[index]!}` },
    column: columnWords(table.header, label, [0, kept.length - 1]),
    values,
    size,
  };
  return { rows, splits: split && splits };
}

/** A blank at the end of a line divides nothing. */
const ways = ({ skip, delimiter }: PixelTable) => ({ skip, trim: delimiter === ' ' || delimiter === '\t' });

/** How many lines there are, and which column is the label: named, or else the first or the last, whose values look more like classes. */
async function survey(table: PixelTable, options: ReadOptions): Promise<{ count: number; labelColumn: number }> {
  const { item, delimiter, columns, left, label } = table;
  const total = columns + left.length;
  const rest = Array.from({ length: total }, (_, column) => column).filter((column) => !left.includes(column));
  const ends = [rest[0]!, rest.at(-1)!];
  const seen = ends.map(() => new Set<string>());
  const scanner = new Scanner(delimiter, item.file.label);
  let count = 0;
  for await (const { bytes, lines } of linesOf(item, ways(table), options)) {
    for (const line of label === undefined ? lines.slice(0, Math.max(0, sample - count)) : []) {
      scanner.begin(bytes, line);
      for (const [i, field] of scanner.fields(ends, total).entries()) seen[i]!.add(field);
    }
    count += lines.length;
  }
  return { count, labelColumn: label ?? (unlikeClasses(seen[1]!) < unlikeClasses(seen[0]!) ? ends[1]! : ends[0]!) };
}

/** Classes are names, or numbers without gaps; pixels at an image's edge are all the same, or many. */
function unlikeClasses(values: ReadonlySet<string>): number {
  if (values.size < 2) return Infinity;
  if ([...values].some((value) => !isNumber(value))) return 0;
  const numbers = [...values].map(Number);
  const lowest = Math.min(...numbers);
  const gapless = (lowest === 0 || lowest === 1) && Math.max(...numbers) - lowest === values.size - 1;
  return gapless ? values.size : 1e6 * values.size;
}
