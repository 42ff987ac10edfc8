/** WebDataset: TAR archives, or folders, in which an image and its label are files of one name: 000017.jpg beside 000017.cls. */
import { NoDataset } from '../errors.ts';
import { imageFiles } from '../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { readFiles, type Source, type SourceFile } from '../sources/source.ts';
import { leftForValidation, type SplitName } from '../splits.ts';
import { contentsOf, type Item } from './contents.ts';
import { classLabels, type Marks } from './labels.ts';
import { splitOfList } from './lists/listings.ts';
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
  for (const pair of pairs) {
    const split = splitOfList(pair.file.path.replace(/\/[^/]*$/, '')) ?? 'train';
    const own = splits.get(split) ?? [];
    splits.set(split, own);
    own.push(pair);
  }
  const [val, test] = [splits.get('val'), splits.get('test')];
  const train = splits.get('train') ?? val ?? test;
  if (!train) throw new NoDataset(source.label, 'no image in it has a label of the same name; expected e.g. 0001.jpg and 0001.cls');
  const second = [test, val].find((part) => part !== undefined && part !== train);
  if (val && val !== train && val !== second) problems.push({ file: null, message: leftForValidation(val.length) });
  const parts = second ? [train, second] : [train];
  const read = classLabels(
    parts.map((part): Marks => ({
      values: part.map(({ label }) => labelIn(texts.get(label)!)),
      place: source.label,
      at: (i) => `the label in ${part[i]!.label.path}`,
    })),
  );
  const [first, other] = parts.map((part, i): RawSplit => ({
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

/** The text, or what a record calls the label. */
function labelIn(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes).trim();
  if (!text.startsWith('{')) return text;
  try {
    const record = JSON.parse(text) as Record<string, unknown>;
    const label = record.label ?? record.class ?? record.cls ?? record.class_name ?? record.target;
    return typeof label === 'string' || typeof label === 'number' ? String(label) : '';
  } catch {
    return '';
  }
}
