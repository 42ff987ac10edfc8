/** Names of classes that the labels only number, from a file beside the data: EMNIST's mapping, a map of classes, Places' categories, … */
import { DatasetError } from '../errors.ts';
import type { RawDataset } from '../raw.ts';
import { baseName, type Source } from '../sources/source.ts';
import { decodeText } from '../text.ts';
import { contentsOf, readItem, type Item } from './contents.ts';
import { isSubmission } from './lists/listings.ts';
import type { ReadOptions } from './reader.ts';

/** Larger files are no lists of classes. */
const mostBytes = 2 ** 20;
const maxFiles = 20;

/** What such files are called. */
const called =
  /mapping|class[-_ ]?(?:names?|map|list|labels?|index|to[-_ ]?idx)|classes|categories|cat[-_ ]?to[-_ ]?name|label[-_ ]?(?:names?|map|list)|^labels?\.|synset/i;
/** "7", or WordNet's "n01440764". */
const isNumbering = (name: string): boolean => /^\d+$/.test(name) || /^n\d{5,8}$/.test(name);

/** The same data set, its classes named where a file names all that occur. */
export async function named(read: RawDataset, source: Source, options: ReadOptions): Promise<RawDataset> {
  const occurring = new Set([...read.train.labels, ...(read.test?.labels ?? [])]);
  const highest = Math.max(...occurring);
  const classes = read.classes ?? Array.from({ length: highest + 1 }, (_, i) => String(i));
  if (occurring.size === 0 || !classes.every(isNumbering)) return read;
  const { items } = await contentsOf(source, options);
  const texts = items.filter(
    ({ kind, file }) => (kind === 'text' || kind === 'json') && called.test(baseName(file.path)) && !isSubmission(file.path),
  );
  // Of several sets, each with names of its own, those that are called as the labels are.
  const like = ({ file }: Item) => alike(baseName(file.path), baseName(read.train.from.labels));
  texts.sort((a, b) => like(b) - like(a));
  for (const item of texts.slice(0, maxFiles)) {
    const names = await namesIn(item, classes, options);
    const found = names && classes.map((name, i) => names.get(keyOf(name)) ?? (occurring.has(i) ? undefined : name));
    if (!found?.every((name) => name !== undefined) || new Set(found).size < found.length) continue;
    return {
      ...read,
      classes: found,
      numbers: classes,
      problems: [...read.problems, { file: null, message: `The names of the classes are taken from ${item.file.path}.` }],
      consulted: [...(read.consulted ?? []), item.file.label],
    };
  }
  return read;
}

/** How many characters both begin with. */
function alike(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** "00007" is 7. */
const keyOf = (name: string): string => (/^\d+$/.test(name) ? String(Number(name)) : name);

/** Names by their numbers; undefined where a file holds something else. */
async function namesIn(item: Item, classes: readonly string[], options: ReadOptions): Promise<Map<string, string> | undefined> {
  try {
    if ((await item.file.size()) > mostBytes) return undefined;
    const text = decodeText(await readItem(item, options)).normalize('NFC');
    const lines = text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter(Boolean);
    const pairs =
      item.kind === 'json'
        ? inJson(text)
        : (behindNumbers(lines, item) ?? inColumns(lines) ?? beforeNumbers(lines) ?? alone(lines, classes));
    if (!pairs || pairs.some(([, name]) => name === '' || (isNumbering(name) && !/mapping/i.test(item.file.path)))) return undefined;
    const names = new Map(pairs.map(([number, name]) => [keyOf(number), name]));
    return names.size === pairs.length && new Set(names.values()).size === names.size ? names : undefined;
  } catch (error) {
    if (error instanceof DatasetError) return undefined;
    throw error;
  }
}

type Pairs = [number: string, name: string][];

const allOf = (lines: readonly string[], form: RegExp): Pairs | undefined => {
  const found = lines.map((line) => form.exec(line)?.groups);
  return found.every((groups) => groups !== undefined) ? found.map((groups) => [groups.number!, groups.name!]) : undefined;
};

/** "7 horse", "n01440764 tench", and in a mapping "10 65": the character of that code, of several the first. */
function behindNumbers(lines: readonly string[], { file }: Item): Pairs | undefined {
  const pairs = allOf(lines, /^(?<number>\d+|n\d{5,8})[\s,;:]+(?<name>.+)$/);
  const areCodes = /mapping/i.test(baseName(file.path)) && pairs?.every(([, name]) => /^\d+(?:[\s,;]+\d+)*$/.test(name));
  if (!areCodes) return pairs;
  const codes = pairs!.map(([number, name]): [string, number] => [number, Number.parseInt(name)]);
  return codes.every(([, code]) => code > 32 && code < 2 ** 16)
    ? codes.map(([number, code]) => [number, String.fromCodePoint(code)])
    : undefined;
}

/** A table with names of columns, of which one numbers the classes and the last names them. */
function inColumns([header = '', ...lines]: readonly string[]): Pairs | undefined {
  const delimiter = [',', '\t', ';'].find((one) => header.includes(one));
  const column = delimiter
    ? header.split(delimiter).findIndex((name) => /^"?(?:index|id|label|class|number|class[-_ ]?id)"?$/i.test(name.trim()))
    : -1;
  const rows = lines.map((line) => line.split(delimiter!).map((field) => field.trim().replace(/^"(.*)"$/, '$1')));
  if (column < 0 || rows.length === 0 || !rows.every((row) => /^\d+$/.test(row[column] ?? '') && row.length === rows[0]!.length))
    return undefined;
  const last = rows[0]!.length - 1;
  return last === column ? undefined : rows.map((row) => [row[column]!, row[last]!]);
}

/** "/a/airfield 0", where the letter only sorts them. */
const beforeNumbers = (lines: readonly string[]): Pairs | undefined =>
  allOf(lines, /^(?<name>.*\S)[\s,;:]+(?<number>\d+)$/)?.map(([number, name]) => [number, name.replace(/^\/\p{L}\/(?=.)/u, '')]);

/** A name in every line, in the order of the classes. */
const alone = (lines: readonly string[], classes: readonly string[]): Pairs | undefined =>
  lines.length === classes.length && Number(classes.at(-1)) - Number(classes[0]) === classes.length - 1
    ? lines.map((name, i) => [classes[i]!, name])
    : undefined;

/** {"21": "fire lily"}, or the other way round. */
function inJson(text: string): Pairs | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null) return undefined;
  const entries = Object.entries(content);
  if (entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')) return entries;
  return entries.every((entry): entry is [string, number] => Number.isInteger(entry[1]))
    ? entries.map(([name, number]) => [String(number), name])
    : undefined;
}
