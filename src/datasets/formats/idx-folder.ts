/** A data set as four IDX files, found by the names that MNIST gave them and others took over. */
import { DatasetError } from '../errors.ts';
import type { RawDataset, RawSplit } from '../raw.ts';
import { baseName, folderName, type Source, type SourceFile } from '../sources/source.ts';
import { readIdx } from './idx.ts';
import type { Reader } from './reader.ts';

/** E.g. train-images-idx3-ubyte.gz, t10k-labels.idx1-ubyte, test-images.idx, emnist-letters-train-labels-idx1-ubyte. */
const pattern =
  /^(?<prefix>.*?)[-_. ]?(?<split>train|t10k|test)[-_. ]?(?<part>images|labels)(?:[-_. ]idx\d?)?(?:[-_. ]ubyte)?(?<gz>\.gz)?$/i;

type Part = 'train images' | 'train labels' | 'test images' | 'test labels';
const expectedNames: Record<Part, string> = {
  'train images': 'train-images-idx3-ubyte',
  'train labels': 'train-labels-idx1-ubyte',
  'test images': 't10k-images-idx3-ubyte',
  'test labels': 't10k-labels-idx1-ubyte',
};

type Quartet = Partial<Record<Part, SourceFile>>;

/** The files that belong together, by what they have in common: their folder and what stands before "train" or "test". */
function quartets(source: Source): Map<string, Quartet> {
  const found = new Map<string, Quartet>();
  for (const file of source.files) {
    const match = pattern.exec(baseName(file.path))?.groups;
    if (!match) continue;
    const group = `${folderName(file.path)}/${match.prefix!}`;
    const part = `${match.split!.toLowerCase() === 'train' ? 'train' : 'test'} ${match.part!.toLowerCase()}` as Part;
    const quartet = found.get(group) ?? {};
    found.set(group, quartet);
    // Downloaders leave the compressed file beside the plain one; the plain one is quicker to read.
    if (!quartet[part] || !match.gz) quartet[part] = file;
  }
  return found;
}

export const idxReader: Reader = {
  name: 'IDX',
  looksLike: (source) => quartets(source).size > 0,
  read: readIdxFolder,
};

/** Throws a DatasetError when a file is missing, damaged, or does not fit the others. */
async function readIdxFolder(source: Source): Promise<RawDataset> {
  const groups = [...quartets(source)];
  const complete = groups.filter(([, quartet]) => Object.keys(quartet).length === 4);
  if (complete.length > 1)
    throw new DatasetError(
      source.label,
      `it holds ${complete.length} data sets, with ${complete.map(([, files]) => baseName(files['train images']!.path)).join(' and ')}; expected one`,
    );
  const quartet = (complete[0] ?? groups[0])?.[1] ?? {};
  const file = (part: Part): SourceFile => {
    const found = quartet[part];
    if (!found)
      throw new DatasetError(
        source.label,
        `the file with the ${part} is missing; expected ${expectedNames[part]} or ${expectedNames[part]}.gz`,
      );
    return found;
  };
  const [trainImages, trainLabels, testImages, testLabels] = [
    file('train images'),
    file('train labels'),
    file('test images'),
    file('test labels'),
  ];
  const [train, test] = await Promise.all([readSplit(trainImages, trainLabels), readSplit(testImages, testLabels)]);
  return { name: source.name, train, test, problems: [] };
}

async function readSplit(images: SourceFile, labels: SourceFile): Promise<RawSplit> {
  const [pixels, classes] = await Promise.all([
    images.read().then((bytes) => readIdx(bytes, images.label, [3, 4])),
    labels.read().then((bytes) => readIdx(bytes, labels.label, [1])),
  ]);
  const [, height = 0, width = 0, channels = 1] = pixels.shape;
  return {
    images: { kind: 'uniform', values: pixels.data, range: [0, 255], count: pixels.shape[0]!, height, width, channels },
    labels: Uint16Array.from(classes.data),
    from: { images: images.label, labels: labels.label },
  };
}
