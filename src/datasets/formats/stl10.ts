/** STL-10's binary files: train_X.bin with images of 96 × 96 column by column, a plane for each colour, train_y.bin with labels from 1, and test_*. */
import { DatasetError } from '../errors.ts';
import type { Problem, RawDataset, RawSplit, UniformImages } from '../raw.ts';
import { baseName, folderName, readFiles, type Source } from '../sources/source.ts';
import { leftForValidation, mentionedSplit, type SplitName } from '../splits.ts';
import { decodeText } from '../text.ts';
import { transpose, turnedUpright } from './arrays/upright.ts';
import { contentsOf, readItem, type Item } from './contents.ts';
import { classLabels } from './labels.ts';
import type { Reader, ReadOptions } from './reader.ts';

const side = 96;
const imageBytes = 3 * side * side;

interface Part {
  images: Item;
  labels: Item;
  split: SplitName;
}

export const stl10Reader: Reader = {
  name: 'STL-10 binary',
  kinds: ['unknown'],
  looksLike: async (source, options) => (await partsOf(source, options)).length > 0,
  read: readParts,
};

/** Files of images with files of as many labels beside them. */
async function partsOf(source: Source, options: ReadOptions): Promise<Part[]> {
  const { items } = await contentsOf(source, options);
  const arrays = items.filter(({ file }) => /_X\.bin(?:\.gz)?$/.test(file.path));
  const parts: Part[] = [];
  if (arrays.length === 0) return parts;
  const byPath = new Map(items.map((item) => [item.file.path.toLowerCase(), item]));
  for (const images of arrays) {
    const name = baseName(images.file.path);
    const split = mentionedSplit(name.replace(/_X\.bin(?:\.gz)?$/, ''))?.split;
    if (split === undefined) continue;
    const labels = byPath.get(`${folderName(images.file.path)}/${name.replace(/_X\.bin/i, '_y.bin')}`.replace(/^\//, '').toLowerCase());
    if (!labels) continue;
    const [pixels, count] = [await images.file.size(), await labels.file.size()];
    if (images.gzip || labels.gzip || (count > 0 && pixels === count * imageBytes)) parts.push({ images, labels, split });
  }
  return parts;
}

async function readParts(source: Source, options: ReadOptions): Promise<RawDataset> {
  const parts = await partsOf(source, options);
  const problems: Problem[] = [{ file: null, message: turnedUpright }];
  const of = (split: SplitName) => parts.find((part) => part.split === split);
  const train = of('train') ?? parts[0]!;
  const test = [of('test'), of('val')].find((part) => part !== undefined && part !== train);
  const chosen = test ? [train, test] : [train];
  const { items } = await contentsOf(source, options);
  const unlabelled = items.find(({ file }) => /unlabell?ed_X\.bin/i.test(file.path));
  if (unlabelled) problems.push({ file: null, message: `${baseName(unlabelled.file.path)} has no labels and is left out.` });
  for (const { labels } of parts.filter((part) => !chosen.includes(part)))
    problems.push({ file: null, message: leftForValidation(await labels.file.size()) });
  const read = [];
  for (const part of chosen) read.push(await readPart(source, part, options));
  const { labels, classes } = classLabels(read.map(({ values, place }) => ({ values, place })));
  const [first, second] = read.map(({ images, place, from }, i): RawSplit => ({
    images,
    labels: labels[i]!,
    from: { images: from, labels: place },
  }));
  const names = await namesOf(items, options);
  const named = names && names.length === classes?.length ? names : classes;
  return { name: source.name, ...(named && { classes: named }), train: first!, test: second ?? null, problems };
}

async function readPart(source: Source, part: Part, options: ReadOptions) {
  const files = await readFiles(source, part.images.gzip ? [] : [part.images.file, part.labels.file], {
    limit: options.limits.fileBytes,
    signal: options.signal,
  });
  const content = async (item: Item) => files.get(item.file) ?? (await readItem(item, options));
  const [pixels, values] = [await content(part.images), await content(part.labels)];
  const place = part.labels.file.label;
  if (pixels.length !== values.length * imageBytes)
    throw new DatasetError(
      place,
      `it has ${values.length} labels, but ${baseName(part.images.file.path)} has ${pixels.length} bytes; expected ${imageBytes} of each image`,
    );
  const images: UniformImages = {
    kind: 'uniform',
    count: values.length,
    height: side,
    width: side,
    channels: 3,
    values: new Uint8Array(pixels.length),
    range: [0, 255],
  };
  // Planes become pixels; what is a column in the file is a row until it is turned.
  for (let image = 0; image < pixels.length; image += imageBytes)
    for (let c = 0, from = image; c < 3; c++) for (let i = 0; i < side * side; i++) images.values[image + 3 * i + c] = pixels[from++]!;
  transpose(images);
  return { images, values, place, from: part.images.file.label };
}

async function namesOf(items: readonly Item[], options: ReadOptions): Promise<string[] | undefined> {
  const item = items.find(({ kind, file }) => kind === 'text' && baseName(file.path) === 'class_names.txt');
  if (!item) return undefined;
  return decodeText(await readItem(item, options))
    .split(/\r?\n/)
    .map((name) => name.trim())
    .filter(Boolean);
}
