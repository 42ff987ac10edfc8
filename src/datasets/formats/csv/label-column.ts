/** Which column of a table of pixels is the label: the one that is called so, or else the first or the last, by what stands in it. */
import { take, type Reading, type WantedReadings } from '../../readings.ts';
import type { ReadOptions } from '../reader.ts';
import type { PixelTable } from './forms.ts';
import { linesOf } from './lines.ts';
import { Scanner } from './scanner.ts';
import { columnWords, isNumber } from './table.ts';

/** A column with more values is none of classes. */
const maxValues = 2 ** 16;
/** Lines of which all values are looked at, to see what pixels are like. */
const sample = 100;

/** Columns that are less like classes are no choice. */
const open = 0.2;

/** What stands in a column. */
interface Seen {
  counts: Map<string, number>;
  lines: number;
  /** Lines with another value than the one before. */
  changes: number;
  /** How many tables these lines are of, each of which may be sorted. */
  tables: number;
}

/** A table of which it is known how many lines it has, and which column is the label. */
export interface Surveyed {
  table: PixelTable;
  count: number;
  /** Among all columns, those that are left out too. */
  labelColumn: number;
}

/** A blank at the end of a line divides nothing. */
export const ways = ({ skip, delimiter }: PixelTable): { skip: number; trim: boolean } => ({
  skip,
  trim: delimiter === ' ' || delimiter === '\t',
});

/** Of tables that are read together, so that all of them have it in the same place. Throws a DatasetError. */
export async function surveyed(
  tables: readonly PixelTable[],
  options: ReadOptions,
): Promise<{ tables: Surveyed[]; reading: Reading | undefined }> {
  const looks: { table: PixelTable; kept: number[]; count: number; ends: [Seen, Seen]; highest: number }[] = [];
  for (const table of tables) {
    const all = Array.from({ length: table.columns + table.left.length }, (_, i) => i);
    const kept = all.filter((i) => !table.left.includes(i));
    looks.push({ table, kept, ...(await look(table, kept, options)) });
  }
  const known = looks.find(({ table }) => table.label !== undefined);
  // Where one of them names it at one end, it is there in the others too.
  const named = known && [known.kept[0], known.kept.at(-1)].indexOf(known.table.label);
  const seen = [0, 1].map((end) => together(looks.map(({ ends }) => ends[end]!)));
  const highest = Math.max(...looks.map((one) => one.highest));
  const likeness = seen.map((one) => likenessToClasses(one, highest));
  const order = likeness[1]! > likeness[0]! ? [1, 0] : [0, 1];
  let end = named === undefined || named < 0 ? order[0]! : named;
  let reading: Reading | undefined;
  if (!known && likeness.every((one) => one > open)) {
    const { header } = tables[0]!;
    const names = ['first', 'last'].map((place, i) => header?.at(-i)?.trim() || place);
    const labels = [0, 1].map((i) => columnWords(header, i === 0 ? 0 : tables[0]!.columns - 1, [0, tables[0]!.columns - 1]));
    const choices = order.map((i) => ({ name: names[0] === names[1] ? ['first', 'last'][i]! : names[i]!, label: labels[i]! }));
    const isOwn = choices.some(({ name }) => name === options.reading?.column);
    const wanted: WantedReadings | undefined = isOwn ? options.reading : undefined;
    reading = take('column', choices, wanted, tables[0]!.item.file.label);
    end = order[choices.findIndex(({ name }) => name === reading!.taken)]!;
  }
  return {
    tables: looks.map(({ table, kept, count }) => ({ table, count, labelColumn: table.label ?? kept.at(-end)! })),
    reading,
  };
}

async function look(
  table: PixelTable,
  kept: readonly number[],
  options: ReadOptions,
): Promise<{ count: number; ends: [Seen, Seen]; highest: number }> {
  const total = table.columns + table.left.length;
  const ends: [Seen, Seen] = [nothing(), nothing()];
  const last: [string, string] = ['', ''];
  const scanner = new Scanner(table.delimiter, table.item.file.label);
  const [before, behind] = [kept[0]!, total - 1 - kept.at(-1)!];
  let [count, highest] = [0, -Infinity];
  for await (const { bytes, lines } of linesOf(table.item, ways(table), options)) {
    for (const line of table.label === undefined ? lines : []) {
      scanner.begin(bytes, line);
      for (const [i, text] of scanner.ends(before, behind).entries()) {
        const { counts } = ends[i]!;
        if (counts.size <= maxValues) counts.set(text, (counts.get(text) ?? 0) + 1);
        if (ends[i]!.lines++ > 0 && text !== last[i]) ends[i]!.changes++;
        last[i] = text;
      }
      if (ends[0].lines > sample) continue;
      scanner.begin(bytes, line);
      for (const text of scanner.fields(kept.slice(1, -1), total)) if (Number(text) > highest) highest = Number(text);
    }
    count += lines.length;
  }
  return { count, ends, highest };
}

const nothing = (): Seen => ({ counts: new Map(), lines: 0, changes: 0, tables: 1 });

function together(parts: readonly Seen[]): Seen {
  const all = { ...nothing(), tables: parts.length };
  for (const { counts, lines, changes } of parts) {
    for (const [text, count] of counts) all.counts.set(text, (all.counts.get(text) ?? 0) + count);
    all.lines += lines;
    all.changes += changes;
  }
  return all;
}

/** Of values that are all different, or not all whole. */
const poor = 0.1;
/** Images of so few greys that a label may stand out. */
const fewGreys = 16;

/**
 * Classes are names, or whole numbers without gaps that occur about equally often, perhaps one after the other; pixels at an image's
 * edge are all the same, or many and mostly dark.
 */
function likenessToClasses({ counts: texts, lines, changes, tables }: Seen, highest: number): number {
  if (texts.size < 2) return -3;
  if (texts.size > maxValues) return -2;
  if ([...texts.keys()].some((text) => !isNumber(text))) return 2 * texts.size > lines && lines >= 8 ? -1 : 100;
  const counts = new Map<number, number>();
  for (const [text, count] of texts) counts.set(Number(text), (counts.get(Number(text)) ?? 0) + count);
  const [size, numbers] = [counts.size, [...counts.keys()]];
  if (size < 2) return -3;
  // What is hardly ever there twice are numbers of lines, or measurements.
  if (lines >= 8 && 2 * size > lines) return -1;
  const whole = numbers.reduce((sum, number) => sum + (Number.isInteger(number) ? counts.get(number)! : 0), 0);
  if (2 * whole < lines) return -1;
  const [low, high] = numbers.reduce(([a, b], number) => [Math.min(a, number), Math.max(b, number)], [Infinity, -Infinity]);
  const isGapless = (low === 0 || low === 1) && high - low === size - 1 && size < 256;
  const isSorted = lines >= 2 * size && changes <= tables * (size - 1);
  const shares = [...counts.values()].map((count) => count / lines);
  const evenness = -shares.reduce((sum, share) => sum + share * Math.log2(share), 0) / Math.log2(size);
  // Nothing in the images is as high.
  const isBeyond = high > highest && highest <= fewGreys;
  const likeness = 4 * Number(isBeyond) + 3 * Number(isSorted) + 2 * Number(isGapless) + evenness + 1 / size;
  return whole === lines && size < lines ? likeness : poor * likeness;
}
