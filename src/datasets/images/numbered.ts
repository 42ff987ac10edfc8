/** Image files in one order and an array of as many labels: Oxford's flowers, with labels and the numbers of each part in MATLAB's files. */
import { NoDataset } from '../errors.ts';
import { vectorsOf, type Vector } from '../formats/arrays/vectors.ts';
import { contentsOf } from '../formats/contents.ts';
import { isLabelName } from '../formats/csv/table.ts';
import { byName, classLabels } from '../formats/labels.ts';
import type { Reader, ReadOptions } from '../formats/reader.ts';
import type { Problem, RawDataset, RawSplit } from '../raw.ts';
import { folderName, stem, type Source, type SourceFile } from '../sources/source.ts';
import { leftForValidation, splitName, type SplitName } from '../splits.ts';
import { imageFiles } from './pool.ts';

export const numberedReader: Reader = {
  name: 'image files with an array of labels',
  kinds: ['mat5', 'hdf5', 'npy', 'text', 'image'],
  looksLike: async (source, options) => {
    const { items } = await contentsOf(source, options);
    return items.some(({ kind }) => kind === 'image') && items.some(({ kind }) => ['mat5', 'hdf5', 'npy', 'text'].includes(kind));
  },
  read: readNumbered,
};

async function readNumbered(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { items } = await contentsOf(source, options);
  const files = inOrder(items.filter(({ kind, gzip }) => kind === 'image' && !gzip).map(({ file }) => file));
  const vectors = await vectorsOf(source, files.length, options);
  const labels = labelsAmong(vectors, files.length);
  if (!labels || new Set(files.map(({ path }) => folderName(path))).size > 1)
    throw new NoDataset(
      source.label,
      `its ${files.length} images have no array of as many labels beside them; expected e.g. jpg/image_00001.jpg and imagelabels.mat`,
    );
  const problems: Problem[] = [
    { file: null, message: `Labels are taken from ${labels.place}, in the order of the images' numbers, from ${files[0]!.path} on.` },
  ];
  const parts = partsAmong(vectors, files.length);
  const [test, val] = [parts.get('test'), parts.get('val')];
  const train = parts.get('train') ?? (test || val ? remaining(files.length, [...parts.values()].flat()) : [...files.keys()]);
  const second = test ?? val;
  if (test && val) problems.push({ file: null, message: leftForValidation(val.length) });
  const chosen = second ? [train, second] : [train];
  const { labels: classes, classes: names } = classLabels(
    chosen.map((indices) => ({ values: indices.map((index) => String(labels.values[index])), place: labels.place })),
  );
  const [first, other] = chosen.map((indices, i): RawSplit => ({
    images: imageFiles(
      source,
      indices.map((index) => files[index]!),
      options,
    ),
    labels: classes[i]!,
    from: { images: source.label, labels: labels.place },
  }));
  return { name: source.name, ...(names && { classes: names }), train: first!, test: other ?? null, problems };
}

/** By the number that each name ends with, or else by name. */
function inOrder(files: readonly SourceFile[]): SourceFile[] {
  const numberOf = ({ path }: SourceFile) => /\d+$/.exec(stem(path))?.[0];
  const numbered = files.every((file) => numberOf(file) !== undefined);
  return files.toSorted((a, b) => (numbered ? Number(numberOf(a)) - Number(numberOf(b)) : byName(stem(a.path), stem(b.path))));
}

function labelsAmong(vectors: readonly Vector[], images: number): Vector | undefined {
  const fitting = vectors.filter(({ values }) => {
    const { size } = new Set(values);
    return values.length === images && size > 1 && 2 * size <= images;
  });
  return fitting.find(({ name }) => isLabelName(name)) ?? (fitting.length === 1 ? fitting[0] : undefined);
}

/** "trnid", "test_idx": numbers of images, from 1 in MATLAB and from 0 elsewhere, each in one part. */
function partsAmong(vectors: readonly Vector[], images: number): Map<SplitName, number[]> {
  const parts = new Map<SplitName, number[]>();
  for (const { name, values } of vectors) {
    const split = splitName(name) ?? splitName(name.replace(/[-_]?(?:ids?|idx|inds?|index(?:es)?|indices)$/i, ''));
    const isNumber = (value: number | string) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= images;
    if (split && !parts.has(split) && values.every(isNumber)) parts.set(split, values.map(Number));
  }
  const all = [...parts.values()].flat();
  if (new Set(all).size < all.length) return new Map();
  const fromZero = all.includes(0);
  if (fromZero && all.includes(images)) return new Map();
  return fromZero ? parts : new Map([...parts].map(([split, numbers]) => [split, numbers.map((number) => number - 1)]));
}

function remaining(images: number, taken: readonly number[]): number[] {
  const others = new Set(taken);
  return Array.from({ length: images }, (_, i) => i).filter((i) => !others.has(i));
}
