/** Images in lines whose pixels are not in a column each: in one field, or only those that are not 0. */
import Papa from 'papaparse';
import { DatasetError, NoDataset } from '../../errors.ts';
import type { Problem } from '../../raw.ts';
import { decodeText } from '../../text.ts';
import type { Marks } from '../labels.ts';
import type { ReadOptions } from '../reader.ts';
import { splitColumn, type Purpose } from '../lists/split-column.ts';
import { isPacked, type PixelTable } from './forms.ts';
import { linesOf } from './lines.ts';
import { textOf } from './scanner.ts';
import { columnWords, isLabelName } from './table.ts';

export interface Rows {
  marks: Marks;
  /** Which column they are from, in words. */
  column: string;
  values: Uint8Array | Float64Array;
  /** Values of an image. */
  size: number;
}

/** What a column says the lines are for. */
export interface Purposes {
  /** In words. */
  column: string;
  of: Purpose[];
  /** What it says where that is no part. */
  without: string[];
}

export interface DividedRows {
  rows: Rows;
  purposes: Purposes | undefined;
}

interface Pixels {
  pixels: Uint8Array | Float64Array;
  label: string;
  line: number;
}

/** Throws a DatasetError that names the line. */
export async function readPacked(table: PixelTable, options: ReadOptions): Promise<DividedRows> {
  const { item, columns, header } = table;
  const place = item.file.label;
  const { split, labelColumn, pixelColumn } = await columnsOf(table, options);
  if (labelColumn === undefined)
    throw new DatasetError(place, 'it has a column of pixels and none of labels; expected e.g. emotion, pixels, Usage');
  const read: Pixels[] = [];
  const purposes = split && { column: columnWords(header, split.column, [0, columns - 1]), of: [] as Purpose[], without: [] as string[] };
  let held = 0;
  for await (const { fields, line } of fieldsOf(table, options)) {
    if (fields.length !== columns) throw new DatasetError(place, `line ${line} has ${fields.length} columns; expected ${columns}`);
    const pixels = Float64Array.from(fields[pixelColumn]!.trim().split(/\s+/), Number);
    read.push({ pixels: pixels.every(isByte) ? Uint8Array.from(pixels) : pixels, label: fields[labelColumn]!, line });
    if (split) note(purposes!, split.of(fields[split.column]), fields[split.column]!);
    held += read.at(-1)!.pixels.byteLength;
    if (held > options.limits.dataBytes)
      throw new DatasetError(place, `its images take more than ${options.limits.dataBytes} bytes of memory`);
  }
  if (read.length === 0) throw new NoDataset(place, `it has names of columns, ${header!.join(', ').slice(0, 100)}, and no lines of images`);
  const column = columnWords(header, labelColumn, [0, columns - 1]);
  return { rows: rowsOf(read, read[0]!.pixels.length, { place, column }), purposes };
}

export function note(purposes: Purposes, purpose: Purpose, text: string): void {
  purposes.of.push(purpose);
  if (purpose === 'none') purposes.without.push(text);
}

/** What the columns are, of which that of the splits shows only in all lines. */
async function columnsOf(table: PixelTable, options: ReadOptions) {
  const { columns, header } = table;
  let pixelColumn = -1;
  const rows: string[][] = [];
  for await (const { fields } of fieldsOf(table, options)) {
    if (pixelColumn < 0) pixelColumn = fields.findIndex(isPacked);
    rows.push(fields.map((field, i) => (i === pixelColumn ? '' : field)));
  }
  const split = splitColumn({ header, rows, taken: new Set([pixelColumn]) });
  const rest = Array.from({ length: columns }, (_, i) => i).filter((i) => i !== pixelColumn && i !== split?.column);
  return { pixelColumn, split, labelColumn: rest.find((i) => isLabelName(header![i]!)) ?? rest[0] };
}

async function* fieldsOf({ item, delimiter, skip }: PixelTable, options: ReadOptions): AsyncGenerator<{ fields: string[]; line: number }> {
  for await (const { bytes, lines } of linesOf(item, { skip, trim: true }, options))
    for (const { start, end, number } of lines) {
      const text = textOf(bytes.subarray(start, end));
      yield { fields: Papa.parse<string[]>(text, { delimiter }).data[0] ?? [], line: number };
    }
}

const isByte = (value: number): boolean => value === (value & 255);

/** Throws a DatasetError that names the line. */
export function readSparse(bytes: Uint8Array, { item }: PixelTable, problems: Problem[], options: ReadOptions): Rows {
  const place = item.file.label;
  const lines: { label: string; line: number; values: [number, number][] }[] = [];
  let highest = 0;
  // Some count from 0, which shows where the first pixel is not 0.
  let first = 1;
  for (const [i, text] of decodeText(bytes).split('\n').entries()) {
    const [label, ...pairs] = text.replace(/#.*/, '').trim().split(/\s+/);
    if (!label) continue;
    const values = pairs.map((pair): [number, number] => {
      const [index = NaN, value = NaN] = pair.split(':').map(Number);
      if (!Number.isInteger(index) || index < 0 || index > 2 ** 24 || !Number.isFinite(value))
        throw new DatasetError(
          place,
          `line ${i + 1} has "${pair.slice(0, 30)}" in it; expected the number of a pixel, a colon and its value`,
        );
      highest = Math.max(highest, index);
      first = Math.min(first, index);
      return [index, value];
    });
    lines.push({ label, line: i + 1, values });
  }
  highest += 1 - first;
  // The last pixels are dark in all images and left out.
  const squares = [1, 3].map((channels) => channels * Math.ceil(Math.sqrt(highest / channels)) ** 2);
  const size = squares[0]! - highest <= squares[1]! - highest || squares[1]! - highest > 3 ? squares[0]! : squares[1]!;
  if (lines.length * size * 8 > options.limits.dataBytes)
    throw new DatasetError(
      place,
      `its images take ${lines.length * size * 8} bytes of memory; expected at most ${options.limits.dataBytes}`,
    );
  if (size !== highest)
    problems.push({
      file: null,
      message: `The lines name pixels up to ${highest}; the images are read as of ${size}, the rest of which is 0.`,
    });
  return rowsOf(
    lines.map(({ label, line, values }) => {
      const pixels = values.every(([, value]) => isByte(value)) ? new Uint8Array(size) : new Float64Array(size);
      for (const [index, value] of values) pixels[index - first] = value;
      return { label, line, pixels };
    }),
    size,
    { place, column: 'the first column' },
  );
}

function rowsOf(lines: readonly Pixels[], size: number, { place, column }: { place: string; column: string }): Rows {
  const Values = lines.every(({ pixels }) => pixels instanceof Uint8Array) ? Uint8Array : Float64Array;
  const values = new Values(lines.length * size);
  for (const [i, { pixels, line }] of lines.entries()) {
    if (pixels.length !== size) throw new DatasetError(place, `line ${line} has ${pixels.length} pixels; expected ${size}`);
    const odd = pixels.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw new DatasetError(place, `pixel ${odd} in line ${line} is no number; expected a finite number`);
    values.set(pixels, i * size);
  }
  const numbers = lines.map(({ line }) => line);
  const marks: Marks = { values: lines.map(({ label }) => label), place, at: (index) => `the label in line ${numbers[index]!}` };
  return { marks, column, size, values };
}
