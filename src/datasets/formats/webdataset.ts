/** WebDataset: TAR archives, or folders, in which an image and its label are files of one name: 000017.jpg beside 000017.cls. */
import { areOrIs, counted } from '../counted.ts';
import { NoDataset } from '../errors.ts';
import { imageFiles } from '../images/pool.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { take } from '../readings.ts';
import { baseName, folderName, type Source, type SourceFile } from '../sources/source.ts';
import { leftForValidation, setsOf, severalSets, type SplitName } from '../splits.ts';
import { contentsOf, type Item } from './contents.ts';
import { classLabels, type Marks } from './labels.ts';
import { splitOfList } from './lists/listings.ts';
import { divides, leftWithoutPart, splitColumn, type Purpose } from './lists/split-column.ts';
import type { Reader, ReadOptions } from './reader.ts';

/** A label is a line; what is longer is a caption. */
const maxLabelBytes = 2 ** 16;

/** Labels that are remembered to be shared. */
const maxKnown = 1000;

interface Said {
  label: string;
  /** What the image is for; empty: it does not say. */
  part: string;
}

interface Pair {
  file: SourceFile;
  label: SourceFile;
}

export const webDatasetReader: Reader = {
  name: 'WebDataset',
  kinds: ['image', 'text', 'json'],
  looksLike: async (source, options) =>
    (await contentsOf(source, options)).items.some(isLabel) || (await labelsOf(source, options)).size > 0,
  read: readPairs,
};

/** Everything up to the first dot of the file's own name. */
const keyOf = (path: string): string => path.replace(/(?<=[^/])\.[^/]*$/, '').replace(/(?<=\/[^/.]+|^[^/.]+)\.[^/]*$/, '');

const isLabel = ({ kind, file }: Item): boolean => (kind === 'text' || kind === 'unknown') && /\.cls$/i.test(file.path);

/** One image for each key, 0017.png and not the 0017.seg.png or 0017.depth.png beside it. */
function imagesIn(items: readonly Item[]): { images: Item[]; others: Item[] } {
  const byKey = Map.groupBy(
    items.filter(({ kind, gzip }) => kind === 'image' && !gzip),
    ({ file }) => keyOf(file.path),
  );
  const dots = ({ file }: Item) => baseName(file.path).split('.').length;
  const chosen = new Set([...byKey.values()].map((own) => own.reduce((best, one) => (dots(one) < dots(best) ? one : best))));
  const images = [...byKey.values()].flat();
  return { images: [...chosen], others: images.filter((image) => !chosen.has(image)) };
}

/** Files with labels, by the key that they share with their image. */
async function labelsOf(source: Source, options: ReadOptions): Promise<Map<string, Item>> {
  const { items } = await contentsOf(source, options);
  const labels = new Map<string, Item>();
  for (const item of items) if (isLabel(item)) labels.set(keyOf(item.file.path), item);
  if (labels.size > 0) return labels;
  // A JSON for every image.
  const { images } = imagesIn(items);
  const json = items.filter(({ kind }) => kind === 'json');
  if (json.length < 2 || json.length !== images.length) return labels;
  const keys = new Set(images.map(({ file }) => keyOf(file.path)));
  for (const item of json) if (keys.has(keyOf(item.file.path))) labels.set(keyOf(item.file.path), item);
  return labels.size === images.length ? labels : new Map<string, Item>();
}

const partByFile = ({ file }: Pair): SplitName | undefined => splitOfList(folderName(file.path));

async function readPairs(source: Source, options: ReadOptions): Promise<RawDataset> {
  const labels = await labelsOf(source, options);
  const { items } = await contentsOf(source, options);
  const problems: Problem[] = [];
  const found: Pair[] = [];
  const { images, others } = imagesIn(items);
  for (const { file } of images) {
    const label = labels.get(keyOf(file.path));
    if (label) found.push({ file, label: label.file });
  }
  if (others.length > 0)
    problems.push({
      file: null,
      message: `${counted(others.length, 'image')}, such as ${others[0]!.file.path}, ${others.length === 1 ? 'belongs' : 'belong'} to others of the same key and ${areOrIs(others.length)} left out.`,
    });
  if (found.length < images.length)
    problems.push({
      file: null,
      message: `${counted(images.length - found.length, 'image', 'have')} no label of their name and ${areOrIs(images.length - found.length)} left out.`,
    });
  const sets = setsOf(found, ({ file }) => folderName(file.path), partByFile);
  const choice =
    sets &&
    take(
      'set',
      [...sets.keys()].map((name) => ({ name, label: `the images of ${name}` })),
      options.reading,
      source.label,
    );
  if (choice) problems.push({ file: null, message: severalSets(sets.size, choice.taken) });
  const pairs = choice ? sets.get(choice.taken)! : found;
  const texts = await readLabels(source, pairs, options);
  const splits = new Map<SplitName, Pair[]>();
  // Those of one folder or shard usually stand together.
  let last: { folder?: string; split: SplitName } = { split: 'train' };
  const byFile = pairs.map(({ file }): SplitName => {
    const folder = file.path.replace(/\/[^/]*$/, '');
    if (folder !== last.folder) last = { folder, split: splitOfList(folder) ?? 'train' };
    return last.split;
  });
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
  for (const message of leftWithoutPart(parts?.flatMap(({ purpose, text }) => (purpose === 'none' ? [text] : [])) ?? [], 'image', {
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
      values: part.map(({ label }) => texts.get(label)!.label),
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
  return {
    name: source.name,
    ...(read.classes && { classes: read.classes }),
    train: first!,
    test: other ?? null,
    problems,
    readings: choice ? [choice] : [],
  };
}

/** What the labels say, by their files, whose content is not held: there may be hundreds of thousands. Throws a DatasetError. */
async function readLabels(source: Source, pairs: readonly Pair[], { signal }: ReadOptions): Promise<Map<SourceFile, Said>> {
  const texts = new Map<SourceFile, Said>();
  // Most are a number or a name that many others have, too.
  const known = new Map<string, Said>();
  const files = pairs.map(({ label }) => label);
  for await (const content of source.readAll(files, { limit: maxLabelBytes, signal })) {
    if ('error' in content) throw content.error;
    const text = decoder.decode(content.bytes).trim();
    const said = known.get(text) ?? saidIn(text);
    if (known.size < maxKnown) known.set(text, said);
    texts.set(content.file, said);
  }
  return texts;
}

/** What records say that their images are for; undefined: nothing. */
function partsIn(records: readonly Said[]): { purpose: Purpose; text: string }[] | undefined {
  const texts = records.map(({ part }) => part);
  const column = splitColumn({ header: ['split'], rows: texts.map((text) => [text]), taken: new Set() });
  return column && texts.map((text) => ({ purpose: column.of(text), text }));
}

const decoder = new TextDecoder();

/** The text, or what a record calls the label and the part. */
function saidIn(text: string): Said {
  const record = recordIn(text);
  if (record === undefined) return { label: text, part: '' };
  const label = record.label ?? record.class ?? record.cls ?? record.class_name ?? record.target;
  const own = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  return { label: own(label), part: own(record.split) };
}

/** Undefined where the text stands for itself. */
function recordIn(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
