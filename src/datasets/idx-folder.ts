/** A folder with the four IDX files of MNIST, Fashion-MNIST and their like, paired by their usual names. */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { readIdxImages, readIdxLabels, type IdxImages } from './idx.ts';

export interface IdxSplit {
  images: IdxImages;
  labels: Uint8Array;
}

export interface IdxFolder {
  name: string;
  train: IdxSplit;
  test: IdxSplit;
}

const prefixes = { train: ['train', 'training'], test: ['t10k', 'test', 'testing'] } as const;
/** "train-images-idx3-ubyte", "train-images.idx3-ubyte", "train_images.idx" and so on, with or without ".gz". */
const namePattern = (split: keyof typeof prefixes, what: 'images' | 'labels') =>
  new RegExp(`^(${prefixes[split].join('|')})[-_.]${what}([-_.]idx[134])?([-_.](ubyte|idx))?(\\.gz)?$`, 'i');

/** Reads the folder. Throws an InputError that names the file, what is wrong and what was expected. */
export async function readIdxFolder(folder: string): Promise<IdxFolder> {
  const files = await list(folder);
  const [train, test] = [await readSplit(folder, files, 'train'), await readSplit(folder, files, 'test')];
  const size = ({ images: { height, width, channels } }: IdxSplit) => `${height}×${width}×${channels}`;
  if (size(train) !== size(test))
    throw new InputError(`${folder}: training images are ${size(train)} but test images ${size(test)}; expected one size for both`);
  return { name: basename(folder), train, test };
}

async function list(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new InputError(`${folder} does not exist; expected a folder with the four IDX files of a data set`);
    if (code === 'ENOTDIR') throw new InputError(`${folder} is a file; expected a folder with the four IDX files of a data set`);
    throw new InputError(`${folder} cannot be read (${code ?? String(error)}); expected a folder with the four IDX files of a data set`);
  }
}

async function readSplit(folder: string, files: string[], split: keyof typeof prefixes): Promise<IdxSplit> {
  const [imagePath, labelPath] = [findFile(folder, files, split, 'images'), findFile(folder, files, split, 'labels')];
  const [images, labels] = [await readIdxImages(imagePath), await readIdxLabels(labelPath)];
  if (images.count !== labels.length)
    throw new InputError(`${labelPath} has ${labels.length} labels, expected one for each of the ${images.count} images in ${imagePath}`);
  return { images, labels };
}

function findFile(folder: string, files: string[], split: keyof typeof prefixes, what: 'images' | 'labels'): string {
  const found = files.filter((file) => namePattern(split, what).test(file));
  // Plain and compressed side by side are the same data; the plain one is quicker to read.
  const file = found.find((name) => !name.endsWith('.gz')) ?? found[0];
  if (file === undefined) {
    const usual = `${split === 'train' ? 'train' : 't10k'}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`;
    throw new InputError(`${folder} has no file of ${split === 'train' ? 'training' : 'test'} ${what}, expected ${usual} or ${usual}.gz`);
  }
  return join(folder, file);
}
