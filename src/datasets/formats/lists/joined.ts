/** Lists that are kept in several files with the same numbers in front: CUB's images.txt, image_class_labels.txt, train_test_split.txt. */
import { folderName, stem, type Source } from '../../sources/source.ts';
import { decodeText } from '../../text.ts';
import { contentsOf, readItem } from '../contents.ts';
import type { ReadOptions } from '../reader.ts';
import type { Table } from './rows.ts';
import { beginningOf, tableOf } from './tables.ts';

const maxPartners = 16;

/** The table with what other files say of its numbers, in columns named after these. Undefined when there are none. */
export async function joinedTable(
  source: Source,
  path: string,
  { header, rows }: Table,
  pathColumn: number,
  options: ReadOptions,
): Promise<Table | undefined> {
  const key = rows[0]?.fields.length === 2 ? 1 - pathColumn : -1;
  const byKey = new Map(rows.map((row) => [row.fields[key]?.trim() ?? '', row]));
  if (key < 0 || header || byKey.size < rows.length) return undefined;
  const fields = new Map(rows.map((row) => [row, [...row.fields]]));
  const names = ['number', 'number'].with(pathColumn, 'file');
  const { items } = await contentsOf(source, options);
  const beside = items.filter(({ kind, file }) => kind === 'text' && file.path !== path && folderName(file.path) === folderName(path));
  for (const item of beside.slice(0, maxPartners)) {
    const start = await beginningOf(item, options);
    if (!start?.rows.every((row) => row.fields.length === 2 && byKey.has(row.fields[0]!.trim()))) continue;
    const other = await tableOf(item, false, options);
    const values = new Map(other.rows.map((row) => [row.fields[0]!.trim(), row.fields[1]?.trim() ?? '']));
    if (values.size !== byKey.size || ![...byKey.keys()].every((number) => values.has(number))) continue;
    names.push(stem(item.file.path));
    for (const [number, row] of byKey) fields.get(row)!.push(values.get(number)!);
  }
  if (names.length === 2) return undefined;
  return { header: names, rows: rows.map((row) => ({ ...row, fields: fields.get(row)! })) };
}

/** Names of numbered classes, from a file of numbers and names beside the list; undefined unless it has them all. */
export async function namesOfNumbers(
  source: Source,
  path: string,
  numbers: ReadonlySet<string>,
  options: ReadOptions,
): Promise<Map<string, string> | undefined> {
  if (![...numbers].every((number) => /^\d+$/.test(number))) return undefined;
  const { items } = await contentsOf(source, options);
  for (const item of items) {
    const { file, kind } = item;
    if (
      kind !== 'text' ||
      folderName(file.path) !== folderName(path) ||
      !/^(?:class(?:es)?|labels?|categories|names?)(?:[-_]?names?)?$/i.test(stem(file.path))
    )
      continue;
    // Names may have blanks and commas in them.
    const lines = decodeText(await readItem(item, options)).split(/\r?\n/);
    const parts = lines.map((line) => /^\s*(?<number>\d+)[\s,;:]+(?<name>.*\S)/.exec(line)?.groups);
    const names = new Map(parts.flatMap((part) => (part ? [[part.number!, part.name!] as const] : [])));
    if (new Set(names.values()).size === names.size && [...numbers].every((number) => names.has(number))) return names;
  }
  return undefined;
}
