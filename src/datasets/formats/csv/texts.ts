/** Images in lines whose pixels are not in a column each: in one field, or only those that are not 0. */
import Papa from 'papaparse';
import { DatasetError } from '../../errors.ts';
import type { Problem } from '../../raw.ts';
import { leftForValidation, mentionedSplit, type SplitName } from '../../splits.ts';
import { decodeText } from '../../text.ts';
import type { Marks } from '../labels.ts';
import type { ReadOptions } from '../reader.ts';
import { isPacked, type PixelTable } from './forms.ts';
import { isLabelName } from './table.ts';

export interface Rows {
  marks: Marks;
  values: Uint8Array | Float64Array;
  /** Values of an image. */
  size: number;
}

interface Line {
  pixels: Float64Array;
  label: string;
  line: number;
}

/** Throws a DatasetError that names the line. */
export function readPacked(bytes: Uint8Array, { item, delimiter, columns }: PixelTable, problems: Problem[], options: ReadOptions): Rows[] {
  const place = item.file.label;
  const { data } = Papa.parse<string[]>(decodeText(bytes), { delimiter, skipEmptyLines: 'greedy' });
  const [header, ...lines] = data;
  const pixelColumn = lines[0]!.findIndex(isPacked);
  const others = Array.from({ length: columns }, (_, i) => i).filter((i) => i !== pixelColumn);
  const splitOf = (text: string | undefined): SplitName | undefined =>
    /^\s*public\s*test\s*$/i.test(text ?? '') ? 'val' : mentionedSplit(text ?? '')?.split;
  const splitColumn = others.find((i) => lines.every((row) => splitOf(row[i]) !== undefined));
  const labelColumn = others.find((i) => i !== splitColumn && isLabelName(header![i]!)) ?? others.find((i) => i !== splitColumn);
  if (labelColumn === undefined)
    throw new DatasetError(place, 'it has a column of pixels and none of labels; expected e.g. emotion, pixels, Usage');
  const parts = new Map<SplitName, Line[]>();
  let held = 0;
  for (const [i, row] of lines.entries()) {
    const line = i + 2;
    if (row.length !== columns) throw new DatasetError(place, `line ${line} has ${row.length} columns; expected ${columns}`);
    const pixels = Float64Array.from(row[pixelColumn]!.trim().split(/\s+/), Number);
    held += pixels.byteLength;
    if (held > options.limits.dataBytes)
      throw new DatasetError(place, `its images take more than ${options.limits.dataBytes} bytes of memory`);
    const own = parts.get((splitColumn === undefined ? undefined : splitOf(row[splitColumn])) ?? 'train') ?? [];
    parts.set((splitColumn === undefined ? undefined : splitOf(row[splitColumn])) ?? 'train', own);
    own.push({ pixels, label: row[labelColumn]!, line });
  }
  const [train, test, val] = [parts.get('train'), parts.get('test'), parts.get('val')];
  if (train && test && val) problems.push({ file: null, message: leftForValidation(val.length) });
  const first = train ?? test ?? val!;
  const second = [test, val].find((part) => part !== undefined && part !== first);
  return (second ? [first, second] : [first]).map((part) => rowsOf(part, first[0]!.pixels.length, place));
}

/** Throws a DatasetError that names the line. */
export function readSparse(bytes: Uint8Array, { item }: PixelTable, problems: Problem[], options: ReadOptions): Rows {
  const place = item.file.label;
  const lines: { label: string; line: number; values: [number, number][] }[] = [];
  let highest = 0;
  for (const [i, text] of decodeText(bytes).split('\n').entries()) {
    const [label, ...pairs] = text.replace(/#.*/, '').trim().split(/\s+/);
    if (!label) continue;
    const values = pairs.map((pair): [number, number] => {
      const [index = NaN, value = NaN] = pair.split(':').map(Number);
      if (!Number.isInteger(index) || index < 1 || index > 2 ** 24 || !Number.isFinite(value))
        throw new DatasetError(
          place,
          `line ${i + 1} has "${pair.slice(0, 30)}" in it; expected the number of a pixel, a colon and its value`,
        );
      highest = Math.max(highest, index);
      return [index, value];
    });
    lines.push({ label, line: i + 1, values });
  }
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
      const pixels = new Float64Array(size);
      for (const [index, value] of values) pixels[index - 1] = value;
      return { label, line, pixels };
    }),
    size,
    place,
  );
}

function rowsOf(lines: readonly Line[], size: number, place: string): Rows {
  const values = new Float64Array(lines.length * size);
  for (const [i, { pixels, line }] of lines.entries()) {
    if (pixels.length !== size) throw new DatasetError(place, `line ${line} has ${pixels.length} pixels; expected ${size}`);
    const odd = pixels.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0) throw new DatasetError(place, `pixel ${odd} in line ${line} is no number; expected a finite number`);
    values.set(pixels, i * size);
  }
  const isByte = values.every((value) => value === (value & 255));
  const marks: Marks = { values: lines.map(({ label }) => label), place, at: (index) => `the label in line ${lines[index]!.line}` };
  return { marks, size, values: isByte ? Uint8Array.from(values) : values };
}
