/** Tables with a column for every pixel, whose lines have been counted before. */
import { DatasetError } from '../../errors.ts';
import type { ReadOptions } from '../reader.ts';
import { ways, type Surveyed } from './label-column.ts';
import { linesOf } from './lines.ts';
import { Scanner } from './scanner.ts';
import { columnWords } from './table.ts';
import { note, type DividedRows, type Purposes } from './texts.ts';

/** Throws a DatasetError that names the line and the column. */
export async function readRows({ table, count, labelColumn }: Surveyed, options: ReadOptions): Promise<DividedRows> {
  const { item, delimiter, left, split } = table;
  const place = item.file.label;
  const total = table.columns + left.length;
  const size = table.columns - 1;
  // The shortest line there can be has a digit and a delimiter for every column, so that this is bounded by the file's size.
  if (count * size * 8 > options.limits.dataBytes)
    throw new DatasetError(place, `its images take ${count * size * 8} bytes of memory; expected at most ${options.limits.dataBytes}`);
  const isPixel = Array.from({ length: total }, (_, column) => column !== labelColumn && !left.includes(column));
  const { oneHot } = table;
  const firstClass = oneHot ? total - oneHot.length : total;
  let chosen = -1;
  const scanner = new Scanner(delimiter, place);
  const marks: string[] = [];
  const purposes: Purposes | undefined = split && { column: split.words, of: [], without: [] };
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
        if (oneHot && column >= firstClass) {
          const value = Number(text);
          if ((value !== 0 && value !== 1) || (value === 1 && chosen >= 0) || (column === labelColumn && value === 0 && chosen < 0))
            throw new DatasetError(
              place,
              `line ${line.number} has no single 1 in its last ${oneHot.length} columns; expected its class there`,
            );
          if (value === 1) chosen = column - firstClass;
          if (column !== labelColumn) continue;
          marks.push(oneHot[chosen]!);
          chosen = -1;
        } else if (column === labelColumn) marks.push(text);
        else if (column === split?.column) note(purposes!, split.of(text), text);
      }
      scanner.end(total);
    }
  if (marks.length < count) throw new DatasetError(place, 'it has become shorter while it was read');
  const kept = [...isPixel.keys()].filter((column) => !left.includes(column));
  const label = kept.indexOf(labelColumn);
  const rows = {
    marks: { values: marks, place, at: (index: number) => `the label in line ${numbers[index]!}` },
    column: oneHot ? `the last ${oneHot.length} columns` : columnWords(table.header, label, [0, kept.length - 1]),
    values,
    size,
  };
  return { rows, purposes };
}
