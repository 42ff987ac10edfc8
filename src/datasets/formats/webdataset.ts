/** WebDataset: TAR archives, or folders, in which an image and its label are files of one name: 000017.jpg beside 000017.cls. */
import { NoDataset } from '../errors.ts';
import { imageFiles } from '../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { readFiles, type Source, type SourceFile } from '../sources/source.ts';
import { leftForValidation, type SplitName } from '../splits.ts';
import { contentsOf, type Item } from './contents.ts';
import { classLabels, type Marks } from './labels.ts';
import { splitOfList } from './lists/listings.ts';
import { divides, leftWithoutPart, splitColumn, type Purpose } from './lists/split-column.ts';
import type { Reader, ReadOptions } from './reader.ts';

/** A label is a line; what is longer is a caption. */
const maxLabelBytes = 2 ** 16;

export const webDatasetReader: Reader = {
  name: 'WebDataset',
  kinds: ['image', 'text', 'json'],
  looksLike: async (source, options) => (await labelsOf(source, options)).size > 0,
  read: readPairs,
};

/** Everything up to the first dot of the file's own name. */
const keyOf = (path: string): string => path.replace(/(?<=[^/])\.[^/]*$/, '').replace(/(?<=\/[^/.]+|^[^/.]+)\.[^/]*$/, '');

/** Files with labels, by the key that they share with their image. */
async function labelsOf(source: Source, options: ReadOptions): Promise<Map<string, Item>> {
  const { items } = await contentsOf(source, options);
  const labels = new Map<string, Item>();
  for (const item of items)
    if ((item.kind === 'text' || item.kind === 'unknown') && /\.cls$/i.test(item.file.path)) labels.set(keyOf(item.file.path), item);
  if (labels.size > 0) return labels;
  // A JSON for every image.
  const images = items.filter(({ kind }) => kind === 'image');
  const json = items.filter(({ kind }) => kind === 'json');
  if (json.length < 2 || json.length !== images.length) return labels;
  const keys = new Set(images.map(({ file }) => keyOf(file.path)));
  for (const item of json) if (keys.has(keyOf(item.file.path))) labels.set(keyOf(item.file.path), item);
  return labels.size === images.length ? labels : new Map<string, Item>();
}

async function readPairs(source: Source, options: ReadOptions): Promise<RawDataset> {
  const labels = await labelsOf(source, options);
  const { items } = await contentsOf(source, options);
  const problems: Problem[] = [];
  const pairs = items.flatMap(({ file, kind, gzip }) => {
    const label = kind === 'image' && !gzip ? labels.get(keyOf(file.path)) : undefined;
    return label ? [{ file, label: label.file }] : [];
  });
  const images = items.filter(({ kind }) => kind === 'image').length;
  if (pairs.length < images)
    problems.push({ file: null, message: `${images - pairs.length} images have no label of their name and are left out.` });
  const texts = await readFiles(
    source,
    pairs.map(({ label }) => label),
    { limit: maxLabelBytes, signal: options.signal },
  );
  const splits = new Map<SplitName, { file: SourceFile; label: SourceFile }[]>();
  const byFile = pairs.map(({ file }): SplitName => splitOfList(file.path.replace(/\/[^/]*$/, '')) ?? 'train');
  const said = partsIn(pairs.map(({ label }) => texts.get(label)!));
  const parts =
    said &&
    divides(
      said.map(({ purpose }) => purpose),
      byFile,
    )
      ? said
      : undefined;
  for (const [i, pair] of pairs.entries()) {
    const part = parts?.[i] ?? { purpose: byFile[i]! };
    if (part.purpose === 'none') continue;
    const split = part.purpose;
    const own = splits.get(split) ?? [];
    splits.set(split, own);
    own.push(pair);
  }
  for (const message of leftWithoutPart(parts?.flatMap(({ purpose, text }) => (purpose === 'none' ? [text] : [])) ?? [], 'images', {
    place: source.name,
    column: 'the field split',
  }))
    problems.push({ file: null, message });
  const [val, test] = [splits.get('val'), splits.get('test')];
  const train = splits.get('train') ?? val ?? test;
  if (!train) throw new NoDataset(source.label, 'no image in it has a label of the same name; expected e.g. 0001.jpg and 0001.cls');
  const second = [test, val].find((part) => part !== undefined && part !== train);
  if (val && val !== train && val !== second) problems.push({ file: null, message: leftForValidation(val.length) });
  const chosen = second ? [train, second] : [train];
  const read = classLabels(
    chosen.map((part): Marks => ({
      values: part.map(({ label }) => labelIn(texts.get(label)!)),
      place: source.label,
      at: (i) => `the label in ${part[i]!.label.path}`,
    })),
  );
  const [first, other] = chosen.map((part, i): RawSplit => ({
    images: imageFiles(
      source,
      part.map(({ file }) => file),
      options,
    ),
    labels: read.labels[i]!,
    from: { images: source.label, labels: source.label },
  }));
  return { name: source.name, ...(read.classes && { classes: read.classes }), train: first!, test: other ?? null, problems };
}

/** What records say that their images are for; undefined: nothing. */
function partsIn(records: readonly Uint8Array[]): { purpose: Purpose; text: string }[] | undefined {
  const texts = records.map((bytes) => {
    const part = recordIn(bytes)?.split;
    return typeof part === 'string' || typeof part === 'number' ? String(part) : '';
  });
  const column = splitColumn({ header: ['split'], rows: texts.map((text) => [text]), taken: new Set() });
  return column && texts.map((text) => ({ purpose: column.of(text), text }));
}

/** The text, or what a record calls the label. */
function labelIn(bytes: Uint8Array): string {
  const record = recordIn(bytes);
  if (record === undefined) return new TextDecoder().decode(bytes).trim();
  const label = record.label ?? record.class ?? record.cls ?? record.class_name ?? record.target;
  return typeof label === 'string' || typeof label === 'number' ? String(label) : '';
}

/** Undefined where the bytes are a text that stands for itself. */
function recordIn(bytes: Uint8Array): Record<string, unknown> | undefined {
  const text = new TextDecoder().decode(bytes).trim();
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
