/**
 * A data set as IDX files: two for training, two for testing, or just two. Which is which is told by the names that MNIST
 * gave them and others took over, or else by their shapes.
 */
import { DatasetError } from '../errors.ts';
import { gunzipHead } from '../gzip.ts';
import type { Problem, RawDataset, RawSplit, UniformImages } from '../raw.ts';
import { take, type ReadingOption } from '../readings.ts';
import { baseName, folderName, readFiles, type Source, type SourceFile } from '../sources/source.ts';
import { contentsOf, type Item } from './contents.ts';
import { readIdx, readIdxShape, type IdxArray } from './idx.ts';
import { uniformImages } from './arrays/ndarray.ts';
import { transpose, turnedUpright } from './arrays/upright.ts';
import { classLabels } from './labels.ts';
import type { Reader, ReadOptions } from './reader.ts';

/** E.g. train-images-idx3-ubyte.gz, t10k-labels.idx1-ubyte, test-images.idx, emnist-letters-train-labels-idx1-ubyte. */
const pattern =
  /^(?<prefix>.*?)[-_. ]?(?<split>train|t10k|test\d*k?)[-_. ]?(?<part>images|labels)(?:[-_. ]idx\d?)?(?:[-_. ](?:ubyte|byte|short|int|float|double))?(?<gz>\.gz)?$/i;

type Part = 'train images' | 'train labels' | 'test images' | 'test labels';
const expectedNames: Record<Part, string> = {
  'train images': 'train-images-idx3-ubyte',
  'train labels': 'train-labels-idx1-ubyte',
  'test images': 't10k-images-idx3-ubyte',
  'test labels': 't10k-labels-idx1-ubyte',
};

type Quartet = Partial<Record<Part, SourceFile>>;

/** The files that belong together, by what they have in common: their folder and what stands before "train" or "test". */
function quartets(items: readonly Item[]): Map<string, Quartet> {
  const found = new Map<string, Quartet>();
  const real = new Set<Quartet>();
  for (const { file, kind } of items) {
    const match = pattern.exec(baseName(file.path))?.groups;
    if (!match) continue;
    const group = `${folderName(file.path)}/${match.prefix!}`;
    const part = `${match.split!.toLowerCase() === 'train' ? 'train' : 'test'} ${match.part!.toLowerCase()}` as Part;
    const quartet = found.get(group) ?? {};
    found.set(group, quartet);
    if (kind === 'idx') real.add(quartet);
    // Downloaders leave the compressed file beside the plain one; the plain one is quicker to read.
    if (!quartet[part] || !match.gz) quartet[part] = file;
  }
  // A name alone is no format; but where one of the files is IDX, the others should be.
  for (const [group, quartet] of found) if (!real.has(quartet)) found.delete(group);
  return found;
}

export const idxReader: Reader = {
  name: 'IDX',
  kinds: ['idx'],
  looksLike: async (source, options) => {
    const { items } = await contentsOf(source, options);
    return items.some(({ kind }) => kind === 'idx');
  },
  read: readIdxFolder,
};

/** Throws a DatasetError when a file is missing, damaged, or does not fit the others. */
async function readIdxFolder(source: Source, options: ReadOptions): Promise<RawDataset> {
  const { items } = await contentsOf(source, options);
  const groups = [...quartets(items)];
  const complete = groups.filter(([, quartet]) => Object.keys(quartet).length === 4);
  const set = complete.length > 1 ? take('set', complete.map(optionOf), options.reading, source.label) : undefined;
  const chosen = set ? complete.find((group) => optionOf(group).name === set.taken) : complete[0];
  const quartet = chosen?.[1] ?? merged(groups.map(([, files]) => files)) ?? (await byShape(source, items));
  const file = (part: Part): SourceFile => {
    const found = quartet[part];
    if (!found)
      throw new DatasetError(
        source.label,
        `the file with the ${part} is missing; expected ${expectedNames[part]} or ${expectedNames[part]}.gz`,
      );
    return found;
  };
  const problems: Problem[] = [];
  if (set) problems.push({ file: null, message: `${complete.length} data sets are here, of which ${set.taken} is read.` });
  const present = (['train', 'test'] as const).filter((split) => {
    const [images, labels] = [quartet[`${split} images`], quartet[`${split} labels`]];
    const isWhole = images !== undefined && labels !== undefined;
    // Training images stand without those for testing.
    if (split === 'train' || isWhole) return isWhole || images !== undefined || labels !== undefined;
    const [found, lacking] = images ? [images, 'test labels'] : [labels, 'test images'];
    if (!found || !quartet['train images'] || !quartet['train labels']) return found !== undefined;
    problems.push({ file: found.label, message: `it is left out, because the file with the ${lacking} is missing` });
    return false;
  });
  const pairs = present.map((split) => ({ images: file(`${split} images`), labels: file(`${split} labels`) }));
  const files = pairs.flatMap(({ images, labels }) => [images, labels]);
  const contents = await readFiles(source, files, { limit: options.limits.fileBytes, signal: options.signal });
  const splits: ReadPair[] = [];
  for (const { images, labels } of pairs) {
    splits.push(
      await readSplit(
        { file: images, bytes: contents.get(images)! },
        { file: labels, bytes: contents.get(labels)! },
        options.limits.fileBytes,
      ),
    );
    options.onProgress?.({ stage: 'reading files', done: 2 * splits.length, total: files.length });
  }
  const onTheirSide = pairs.every(({ images }) => /emnist/i.test(images.path));
  const uniform = imagesOf(splits, problems);
  if (onTheirSide) for (const images of uniform) transpose(images);
  const { labels, classes } = classLabels(splits.map(({ labels: values, from }) => ({ values, place: from.labels })));
  const [train, test] = splits.map(({ from }, i): RawSplit => ({ images: uniform[i]!, labels: labels[i]!, from }));
  return {
    name: source.name,
    ...(classes && { classes }),
    train: train!,
    test: test ?? null,
    problems: onTheirSide ? [...problems, { file: null, message: turnedUpright }] : problems,
    readings: set ? [set] : [],
  };
}

/** Called by what comes before "train" and "test", or by the folder. */
function optionOf([group, files]: [string, Quartet]): ReadingOption {
  const name = group.replace(/^\//, '').replace(/[-_. /]+$/, '') || group;
  return { name, label: `${files['train images']!.path} and the three files with it` };
}

/** Training and test files may lie in folders of their own; the first group where two have files for the same purpose. */
function merged(groups: readonly Quartet[]): Quartet | undefined {
  const parts = groups.flatMap((quartet) => Object.keys(quartet));
  return new Set(parts).size === parts.length && groups.length > 0 ? (Object.assign({}, ...groups) as Quartet) : groups[0];
}

/** Images and labels with unusual names: those of the same count belong together, the larger pair is for training. */
async function byShape(source: Source, items: readonly Item[]): Promise<Quartet> {
  const images: { file: SourceFile; count: number }[] = [];
  const labels: { file: SourceFile; count: number }[] = [];
  for (const { file, kind, gzip } of items) {
    if (kind !== 'idx') continue;
    const head = await file.head(1024);
    const [count = 0, ...rest] = readIdxShape(gzip ? gunzipHead(head, file.label) : head, file.label, [1, 2, 3, 4]);
    (rest.length < 2 ? labels : images).push({ file, count });
  }
  images.sort((a, b) => b.count - a.count);
  const [train, test, ...more] = images;
  if (!train || more.length > 0 || train.count === test?.count || labels.length !== images.length)
    throw new DatasetError(
      source.label,
      `it holds ${images.length} IDX files of images and ${labels.length} of labels, which cannot be told apart; expected one or two of each, or names such as train-images-idx3-ubyte`,
    );
  const labelsOf = ({ count }: { count: number }, other: number): SourceFile =>
    (labels.find((candidate) => candidate.count === count) ?? labels[other]!).file;
  const quartet: Quartet = { 'train images': train.file, 'train labels': labelsOf(train, 0) };
  return test ? { ...quartet, 'test images': test.file, 'test labels': labelsOf(test, 1) } : quartet;
}

interface Read {
  file: SourceFile;
  bytes: Uint8Array;
}

interface ReadPair {
  images: { array: IdxArray; place: string };
  labels: ArrayLike<number | bigint>;
  from: RawSplit['from'];
}

async function readSplit(images: Read, labels: Read, limit: number): Promise<ReadPair> {
  const array = await readIdx(images.bytes, images.file.label, [3, 4], limit);
  const marks = await readIdx(labels.bytes, labels.file.label, [1, 2], limit);
  const columns = marks.shape[1] ?? 1;
  // QMNIST's labels are rows: the class, and then who wrote it.
  const values = columns === 1 ? marks.data : Array.from({ length: marks.shape[0]! }, (_, row) => marks.data[row * columns]!);
  return { images: { array, place: images.file.label }, labels: values, from: { images: images.file.label, labels: labels.file.label } };
}

/** Bytes as they are; other numbers in the range that all of them have. */
function imagesOf(pairs: readonly ReadPair[], problems: Problem[]): UniformImages[] {
  const arrays = pairs.map(({ images: { array, place } }) => ({ array: { ...array, fortran: false }, count: 0, place }));
  if (arrays.some(({ array }) => !(array.data instanceof Uint8Array))) return uniformImages(arrays, problems);
  return arrays.map(({ array: { shape, data } }): UniformImages => {
    const [count = 0, height = 0, width = 0, channels = 1] = shape;
    return { kind: 'uniform', values: data as Uint8Array, range: [0, 255], count, height, width, channels };
  });
}
