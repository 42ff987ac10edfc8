/** Loading a data set by the path that a study or a person names. */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Dataset, Split } from '../shared/dataset.ts';
import { InputError } from '../shared/input-error.ts';
import { readIdxFolder, type IdxFolder, type IdxSplit } from './idx-folder.ts';
import { limitPerClass } from './limit.ts';

/** The path that stands for the bundled sample. */
export const SAMPLE = 'sample';
const sampleFolder = fileURLToPath(new URL('../../resources/mnist-sample', import.meta.url));

export interface LoadOptions {
  /** Use at most so many training or test images, the first ones of each class in equal shares. */
  limitTrain?: number | undefined;
  limitTest?: number | undefined;
}

/** Reads the data set at `path`, or the bundled MNIST sample for "sample". Throws an InputError. */
export async function loadDataset(path: string, { limitTrain, limitTest }: LoadOptions = {}): Promise<Dataset> {
  const sample = path === SAMPLE;
  const folder = await readIdxFolder(sample ? sampleFolder : resolve(path));
  const classes = classesOf(folder, sample ? sampleFolder : resolve(path));
  const { height, width, channels } = folder.train.images;
  const size = height * width * channels;
  const limited = (split: IdxSplit, limit?: number) => limitPerClass(toSplit(split), size, classes.length, limit);
  const content = {
    shape: { height, width, channels },
    classes,
    train: limited(folder.train, limitTrain),
    test: limited(folder.test, limitTest),
  };
  return { name: sample ? 'MNIST sample' : folder.name, ...content, fingerprint: fingerprintOf(content) };
}

const toSplit = ({ images, labels }: IdxSplit): Split => ({ images: images.values, labels: Uint16Array.from(labels) });

/** Class names "0", "1", … as far as the training labels go. Throws an InputError when the labels make no classes. */
function classesOf({ train, test }: IdxFolder, folder: string): string[] {
  const largest = (labels: Uint8Array) => labels.reduce((max, label) => Math.max(max, label), 0);
  const seen = new Set(train.labels);
  const count = largest(train.labels) + 1;
  if (seen.size < 2) throw new InputError(`${folder}: all training images have the label ${count - 1}, expected at least two classes`);
  for (let label = 0; label < count; label++)
    if (!seen.has(label))
      throw new InputError(
        `${folder}: training labels reach ${count - 1} but none is ${label}, expected every class from 0 on to have images`,
      );
  if (largest(test.labels) >= count)
    throw new InputError(
      `${folder}: a test image has the label ${largest(test.labels)}, expected 0 to ${count - 1}, the classes of the training images`,
    );
  return Array.from({ length: count }, (_, label) => String(label));
}

/** SHA-256 over shape, classes, images and labels. */
function fingerprintOf({ shape, classes, train, test }: Omit<Dataset, 'name' | 'fingerprint'>): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([shape.height, shape.width, shape.channels, classes, train.labels.length, test.labels.length]));
  for (const { images, labels } of [train, test]) {
    hash.update(images);
    hash.update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  }
  return hash.digest('hex');
}
