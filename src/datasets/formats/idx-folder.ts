/**
 * A data set as IDX files: two for training, two for testing, or just two. Which is which is told by the names that MNIST
 * gave them and others took over, or else by their shapes.
 */
import { DatasetError } from '../errors.ts';
import { gunzipHead } from '../gzip.ts';
import type { Problem, RawDataset, RawSplit, StreamedImages, UniformImages } from '../raw.ts';
import { take, type ReadingOption } from '../readings.ts';
import { baseName, folderName, readFiles, type Source, type SourceFile } from '../sources/source.ts';
import { contentsOf, readItem, type Item } from './contents.ts';
import { idxStream, readIdx, readIdxHeader } from './idx.ts';
import { uniformImages, type ImageArray } from './arrays/ndarray.ts';
import { streamedImages, type StreamedArray } from './arrays/streamed.ts';
import { transpose, transposeAsRead, turnedUpright } from './arrays/upright.ts';
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
  const { splits, images } = (await readStreamed(pairs, items, problems, options)) ?? (await readHeld(source, pairs, problems, options));
  const onTheirSide = pairs.every(({ images: { path } }) => /emnist/i.test(path));
  if (onTheirSide)
    for (const one of images) {
      if (one.kind === 'uniform') transpose(one);
      else transposeAsRead(one);
    }
  const { labels, classes } = classLabels(splits.map(({ labels: values, from }) => ({ values, place: from.labels })));
  const [train, test] = splits.map(({ from }, i): RawSplit => ({ images: images[i]!, labels: labels[i]!, from }));
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
    const [count = 0, ...rest] = readIdxHeader(gzip ? gunzipHead(head, file.label) : head, file.label, [1, 2, 3, 4]).shape;
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

interface Pair {
  images: SourceFile;
  labels: SourceFile;
}

interface Marked {
  labels: ArrayLike<number | bigint>;
  from: RawSplit['from'];
}

interface Read<T> {
  splits: Marked[];
  images: T[];
}

/** Undefined when all images can be held. */
async function readStreamed(
  pairs: readonly Pair[],
  items: readonly Item[],
  problems: Problem[],
  options: ReadOptions,
): Promise<Read<StreamedImages> | undefined> {
  const itemOf = (file: SourceFile) => items.find((item) => item.file === file)!;
  const arrays: StreamedArray[] = [];
  for (const { images } of pairs) {
    const array = await idxStream(itemOf(images), imageAxes, options);
    if (array) arrays.push(array);
  }
  if (arrays.length === 0) return undefined;
  // One part is too large: the other is read in the same way, so that both have one range.
  const free = { ...options, limits: { ...options.limits, heldBytes: -1 } };
  const all = await Promise.all(pairs.map(async ({ images }) => [(await idxStream(itemOf(images), imageAxes, free))!]));
  const splits: Marked[] = [];
  for (const { images, labels } of pairs) splits.push(await marked(images, labels, await readItem(itemOf(labels), options)));
  return { splits, images: await streamedImages(all, problems, options) };
}

async function readHeld(source: Source, pairs: readonly Pair[], problems: Problem[], options: ReadOptions): Promise<Read<UniformImages>> {
  const { limits, signal, onProgress } = options;
  const files = pairs.flatMap(({ images, labels }) => [images, labels]);
  const contents = await readFiles(source, files, { limit: limits.fileBytes, signal });
  const arrays: ImageArray[] = [];
  const splits: Marked[] = [];
  for (const { images, labels } of pairs) {
    const array = await readIdx(contents.get(images)!, images.label, imageAxes, limits.fileBytes);
    arrays.push({ array: { ...array, fortran: false }, count: 0, place: images.label });
    splits.push(await marked(images, labels, contents.get(labels)!, limits.fileBytes));
    onProgress?.({ stage: 'reading files', done: 2 * splits.length, total: files.length });
  }
  return { splits, images: imagesOf(arrays, problems) };
}

async function marked(images: SourceFile, labels: SourceFile, bytes: Uint8Array, limit?: number): Promise<Marked> {
  const { shape, data } = await readIdx(bytes, labels.label, [1, 2], limit);
  const columns = shape[1] ?? 1;
  // QMNIST's labels are rows: the class, and then who wrote it.
  const values = columns === 1 ? data : Array.from({ length: shape[0]! }, (_, row) => data[row * columns]!);
  return { labels: values, from: { images: images.label, labels: labels.label } };
}

const imageAxes = [3, 4];
/** What is brighter in bytes shows that they go up to 255. */
const brightByte = 16;

/** Bytes as they are, unless all are dark; other numbers in the range that all of them have. */
function imagesOf(arrays: readonly ImageArray[], problems: Problem[]): UniformImages[] {
  const all = arrays.map(({ array: { data } }) => data);
  const areBytes = all.every((data) => data instanceof Uint8Array);
  const areUsual = areBytes && (all.every(({ length }) => length === 0) || all.some((data) => data.some((value) => value > brightByte)));
  if (!areUsual) return uniformImages(arrays, problems);
  return arrays.map(({ array: { shape, data } }): UniformImages => {
    const [count = 0, height = 0, width = 0, channels = 1] = shape;
    return { kind: 'uniform', values: data as Uint8Array, range: [0, 255], count, height, width, channels };
  });
}
