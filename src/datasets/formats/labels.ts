/** Class indices from whatever a file marks its images with. */
import { DatasetError, NoDataset } from '../errors.ts';

/** The marks of one split: numbers or names, one per image. */
export interface Marks {
  values: ArrayLike<number | bigint> | readonly string[];
  /** The file, for messages. */
  place: string;
  /** How messages call the i-th mark, e.g. "line 12"; by default "label 11". */
  at?: (index: number) => string;
}

export interface Labels {
  /** One array per split. */
  labels: Uint16Array[];
  /** Class names, unless they are just the numbers from 0. */
  classes?: string[];
}

const maxClasses = 2 ** 16;

/**
 * The class indices of all splits. Names become classes in their alphabetical order, whole numbers from 0 on stay what
 * they are, and whole numbers from 1 on, or with negative ones among them, become classes in ascending order, named after the numbers.
 * The first split decides which classes there are. Throws a DatasetError when a mark is no class.
 */
export function classLabels(splits: readonly Marks[]): Labels {
  const isName = (value: unknown) =>
    typeof value === 'string' && value.trim() !== '' && !/^\s*nan\s*$/i.test(value) && Number.isNaN(Number(value));
  const texts = splits.some(({ values }) => Array.from({ length: values.length }).some((_, i) => isName(values[i])));
  return texts ? fromNames(splits) : fromNumbers(splits);
}

function fromNames(splits: readonly Marks[]): Labels {
  const names = new Set<string>();
  const clean = (value: unknown) => String(value).trim().normalize('NFC');
  const [first] = splits;
  for (let i = 0; i < first!.values.length; i++) {
    const name = clean(first!.values[i]);
    if (name === '') throw new DatasetError(first!.place, `${where(first!, i)} is empty; expected the name of a class`);
    names.add(name);
    tooMany(names.size, first!);
  }
  const classes = [...names].sort(byName);
  const index = new Map(classes.map((name, i) => [name, i]));
  const labels = splits.map((split) =>
    Uint16Array.from({ length: split.values.length }, (_, i) => {
      const label = index.get(clean(split.values[i]));
      if (label === undefined)
        throw new DatasetError(
          split.place,
          `${where(split, i)} is "${clean(split.values[i]).slice(0, 50)}", which never occurs in training`,
        );
      return label;
    }),
  );
  return { labels, classes };
}

function fromNumbers(splits: readonly Marks[]): Labels {
  const seen = new Set<number>();
  const numbers = splits.map((split, s) =>
    Float64Array.from({ length: split.values.length }, (_, i) => {
      const value = split.values[i]!;
      const number = Number(value);
      if (!Number.isSafeInteger(number) || value === '')
        throw new DatasetError(
          split.place,
          `${where(split, i)} is ${value === '' ? 'empty' : String(value).slice(0, 50)}; expected a whole number`,
        );
      if (s === 0 && !seen.has(number)) {
        seen.add(number);
        tooMany(seen.size, split);
      }
      return number;
    }),
  );
  const values = [...seen].sort((a, b) => a - b);
  const lowest = values[0] ?? 0;
  const highest = values.at(-1) ?? 0;
  if (lowest >= 0 && (lowest !== 1 || highest !== values.length)) {
    for (const [s, split] of splits.entries()) {
      const far = numbers[s]!.findIndex((value) => value < 0 || value >= maxClasses);
      if (far >= 0) throw new DatasetError(split.place, `${where(split, far)} is ${numbers[s]![far]!}; expected 0 to ${maxClasses - 1}`);
    }
    return { labels: numbers.map((split) => Uint16Array.from(split)) };
  }
  const index = new Map(values.map((value, i) => [value, i]));
  const labels = numbers.map((split, s) =>
    Uint16Array.from(split, (value, i) => {
      const label = index.get(value);
      if (label === undefined)
        throw new DatasetError(splits[s]!.place, `${where(splits[s]!, i)} is ${value}, which never occurs in training`);
      return label;
    }),
  );
  return { labels, classes: values.map(String) };
}

/** Numbers by their value, so that "10" follows "9"; everything else by its characters, the same in every language. */
export function byName(a: string, b: string): number {
  if (/^\d{1,15}$/.test(a) && /^\d{1,15}$/.test(b) && Number(a) !== Number(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * The class of each row of a one-hot matrix (count, classes). Throws a DatasetError when a row is not one-hot.
 * @param get the element of a row and a column.
 */
export function fromOneHot(count: number, classes: number, get: (row: number, column: number) => number, place: string): Uint16Array {
  return Uint16Array.from({ length: count }, (_, row) => {
    const values = Array.from({ length: classes }, (__, column) => get(row, column));
    const set = values.filter((value) => value !== 0).length;
    if (values.some((value) => value !== 0 && value !== 1))
      throw new NoDataset(
        place,
        `image ${row} has ${classes} labels, ${values.slice(0, 6).join(', ')}${classes > 6 ? ', …' : ''}; expected one, or a single 1 among zeros`,
      );
    if (set > 1) throw new DatasetError(place, `image ${row} has ${set} classes at once; expected one class for each image`);
    if (set === 0) throw new DatasetError(place, `image ${row} has no label; expected a single 1 among ${classes} values`);
    return values.indexOf(1);
  });
}

const where = ({ at = (index) => `label ${index}` }: Marks, index: number): string => at(index);

function tooMany(count: number, { place }: Marks): void {
  if (count > maxClasses) throw new DatasetError(place, `it has more than ${maxClasses} different labels; expected classes`);
}
