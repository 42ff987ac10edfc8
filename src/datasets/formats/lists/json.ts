/** JSON as people write labels of images in it, as a table. */
import type { Table } from './rows.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Entry = Record<string, Json>;

/** Undefined when it is none of these. */
export function jsonRows(text: string): Table | undefined {
  const value = parse(text);
  return value === undefined ? undefined : tableOfValue(value);
}

/** A document, or one on each line. */
function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const values = text.split(/\r?\n/).flatMap((line) => (line.trim() === '' ? [] : [valueOf(line)]));
    // The beginning of a list, or text that only looks like JSON.
    return values.includes(undefined) ? undefined : (values as Json[]);
  }
}

function valueOf(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** What is wrong with a text that is no whole JSON, and what can be read of it nevertheless; undefined when that is nothing. */
export function damageIn(text: string): { table: Table; message: string } | undefined {
  const lines = text.split(/\r?\n/).map((line) => (line.trim() === '' ? null : valueOf(line)));
  const entries = lines.filter(isEntry);
  const odd = lines.indexOf(undefined);
  if (entries.length > 1 && odd >= 0) {
    const table = fromEntries(entries);
    return table && { table, message: `line ${odd + 1} is no JSON; expected an entry in every line` };
  }
  try {
    JSON.parse(text);
  } catch (error) {
    const position = /after JSON at position (?<at>\d+)/.exec((error as Error).message)?.groups?.at;
    const value = valueOf(text.slice(0, Number(position ?? 0)));
    const table = value === undefined ? undefined : tableOfValue(value);
    if (table)
      return {
        table,
        message: `it goes on behind its list, with "${text.slice(Number(position)).trim().slice(0, 20)}"; expected nothing there`,
      };
  }
  if (valueOf(text) !== undefined) return undefined;
  // Whatever is quoted in what breaks off.
  const rows = [...text.slice(0, 2 ** 20).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match, i) => ({ fields: [match[1]!], line: i + 1 }));
  return rows.length > 0 ? { table: { header: ['file'], rows }, message: 'it is no whole JSON, and perhaps truncated' } : undefined;
}

const isEntry = (value: Json | undefined): value is Entry => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPlain = (value: Json | undefined): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

function tableOfValue(value: Json): Table | undefined {
  if (Array.isArray(value)) return value.every(isEntry) ? fromEntries(value) : fromPairs(value);
  if (!isEntry(value)) return undefined;
  if (Array.isArray(value.images) && Array.isArray(value.annotations)) return fromCoco(value);
  const parts = Object.entries(value);
  // {"labels": …}, {"data": …}: the list is one level down.
  const [only] = parts;
  if (only && parts.length === 1 && typeof only[1] === 'object') return tableOfValue(only[1]);
  // {"a.png": "cat"}
  if (parts.length > 0 && parts.every(([, label]) => isPlain(label))) return fromPairs(parts);
  // {"cat": ["a.png", "b.png"]}
  if (parts.length > 0 && parts.every(([, files]) => Array.isArray(files) && files.every(isPlain)))
    return fromPairs(parts.flatMap(([label, files]) => (files as Json[]).map((file): Json[] => [file, label])));
  // {"train": [{…}], "test": [{…}]}
  if (parts.length > 0 && parts.every(([, entries]) => Array.isArray(entries) && entries.every(isEntry)))
    return fromEntries(parts.flatMap(([split, entries]) => (entries as Entry[]).map((entry): Entry => ({ ...entry, split }))));
  // {"train": [["a.png", 0, "cat"], …], "test": …}
  const lists = parts.flatMap(([split, rows]) =>
    Array.isArray(rows) ? rows.map((row): Json => (Array.isArray(row) ? [...row, split] : row)) : [null],
  );
  const [first] = lists;
  const width = Array.isArray(first) ? first.length : 0;
  if (width > 2 && width < 5 && lists.every((row) => Array.isArray(row) && row.length === width && row.every(isPlain)))
    return {
      header: ['file', 'label', ...(width === 4 ? ['class'] : []), 'split'],
      rows: (lists as Json[][]).map((row, i) => ({ fields: row.map(String), line: i + 1 })),
    };
  // {"a.png": {"label": "cat"}}
  if (parts.length > 0 && parts.every(([, entry]) => isEntry(entry)))
    return fromEntries(parts.map(([file, entry]): Entry => ({ file, ...(entry as Entry) })));
  const labels = value.labels;
  return labels !== undefined && typeof labels === 'object' && labels !== null ? tableOfValue(labels) : undefined;
}

function fromPairs(pairs: readonly Json[] | readonly [string, Json][]): Table | undefined {
  if (pairs.length === 0 || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isPlain))) return undefined;
  return { header: ['file', 'label'], rows: (pairs as Json[][]).map((pair, i) => ({ fields: pair.map(String), line: i + 1 })) };
}

/** The one label, or several, of what is marked in an image: {"annotations": [{"label": "cat", …}]}. */
function withMarked(entry: Entry): Entry {
  for (const marked of Object.values(entry)) {
    const labels = Array.isArray(marked) ? marked.map((one) => (isEntry(one) ? one.label : undefined)) : [];
    if (labels.length > 0 && labels.every(isPlain)) return { ...entry, label: [...new Set(labels.map(String))].sort().join('|') };
  }
  return entry;
}

function fromEntries(all: readonly Entry[]): Table | undefined {
  const entries = all.some(({ label }) => label !== undefined) ? all : all.map(withMarked);
  const header = [...new Set(entries.slice(0, 1000).flatMap((entry) => Object.keys(entry).filter((key) => isPlain(entry[key]))))];
  if (header.length === 0) return undefined;
  return {
    header,
    rows: entries.map((entry, i) => ({ fields: header.map((key) => (isPlain(entry[key]) ? String(entry[key]) : '')), line: i + 1 })),
  };
}

/** COCO's: images with the one category that all their annotations have. */
function fromCoco({ images, annotations, categories }: Entry): Table | undefined {
  const names = new Map((Array.isArray(categories) ? categories : []).filter(isEntry).map(({ id, name }) => [id, name]));
  const ofImage = new Map<Json | undefined, Set<Json | undefined>>();
  for (const annotation of annotations as Json[]) {
    if (!isEntry(annotation)) return undefined;
    const own = ofImage.get(annotation.image_id) ?? new Set();
    ofImage.set(annotation.image_id, own.add(annotation.category_id));
  }
  const rows = (images as Json[]).filter(isEntry).map(({ id, file_name: file }, i) => {
    const labels = [...(ofImage.get(id) ?? [])].map((label) => names.get(label) ?? label);
    return { fields: [isPlain(file) ? String(file) : '', labels.map(String).sort().join('|')], line: i + 1 };
  });
  return { header: ['file_name', 'label'], rows };
}
