/** From what a reader delivered to a Dataset that is known to be consistent. */
import { createHash } from 'node:crypto';
import type { Dataset, Split } from '../shared/dataset.ts';
import { InputShape } from '../shared/spec/network.ts';
import { DatasetError } from './errors.ts';
import { limitSplit } from './limit.ts';
import type { ImageShape, RawDataset, RawSplit } from './raw.ts';
import { recognise } from './recognise.ts';

export interface Limits {
  /** Take only so many training images: the first ones of each class, balanced. */
  limitTrain?: number | undefined;
  /** The same for test images. */
  limitTest?: number | undefined;
}

/** A split whose images need no preparation: bytes, all of one size. */
interface ReadySplit extends Split, ImageShape {
  count: number;
  from: RawSplit['from'];
}

/**
 * Throws a DatasetError when images, labels and splits do not fit each other, the limits leave too little, or the images
 * would have to be prepared first.
 */
export function assemble(raw: RawDataset, limits: Limits = {}): Dataset {
  if (!raw.test) throw new DatasetError(raw.train.from.images, 'it has no test images; expected images to train and images to test with');
  const [train, test] = [ready(raw.train), ready(raw.test)];
  const classCount = checkSplits(train, test);
  if (raw.classes && raw.classes.length < classCount)
    throw new DatasetError(train.from.labels, `labels go up to ${classCount - 1}, but there are only ${raw.classes.length} class names`);
  const { name, classes } = recognise([train, test]) ?? {
    name: raw.name,
    classes: raw.classes ?? Array.from({ length: classCount }, (_, i) => String(i)),
  };
  const { limitTrain = Infinity, limitTest = Infinity } = limits;
  if (limitTrain < classCount)
    throw new DatasetError(name, `a limit of ${limitTrain} training images leaves some of the ${classCount} classes without any`);
  if (limitTest < 1) throw new DatasetError(name, `a limit of ${limitTest} test images leaves none; expected at least 1`);

  const content = {
    shape: { height: train.height, width: train.width, channels: train.channels },
    classes,
    train: limitSplit(train, limitTrain, classCount),
    test: limitSplit(test, limitTest, classCount),
  };
  return {
    name,
    ...content,
    train: plain(content.train),
    test: plain(content.test),
    fingerprint: fingerprint(content),
  };
}

const plain = ({ images, labels }: Split): Split => ({ images, labels });

function ready({ images, labels, from }: RawSplit): ReadySplit {
  if (images.kind === 'separate' || !(images.values instanceof Uint8Array))
    throw new DatasetError(from.images, 'its images are not bytes of one size; expected images that need no preparation');
  const { values, count, height, width, channels } = images;
  return { images: values, labels, count, height, width, channels, from };
}

/** Number of classes. */
function checkSplits(train: ReadySplit, test: ReadySplit): number {
  for (const split of [train, test]) checkSplit(split);
  const shape = ({ height, width, channels }: ImageShape) => `${height} × ${width} × ${channels}`;
  if (shape(train) !== shape(test))
    throw new DatasetError(
      test.from.images,
      `its images are ${shape(test)}, but the training images are ${shape(train)}; expected the same`,
    );

  const seen = new Uint8Array(2 ** 16);
  for (const label of train.labels) seen[label] = 1;
  const classCount = seen.lastIndexOf(1) + 1;
  if (classCount < 2) throw new DatasetError(train.from.labels, 'every training label is 0; expected at least two classes');
  const missing = seen.indexOf(0);
  if (missing < classCount)
    throw new DatasetError(
      train.from.labels,
      `no training image has label ${missing}, though labels go up to ${classCount - 1}; expected every label from 0 on`,
    );
  const stranger = test.labels.findIndex((label) => label >= classCount);
  if (stranger >= 0)
    throw new DatasetError(
      test.from.labels,
      `test label ${test.labels[stranger]!} (image ${stranger}) never occurs in training; expected labels from 0 to ${classCount - 1}`,
    );
  return classCount;
}

function checkSplit({ images, labels, count, height, width, channels, from }: ReadySplit): void {
  if (count === 0) throw new DatasetError(from.images, 'it holds no images; expected at least one');
  if (labels.length !== count)
    throw new DatasetError(from.labels, `it has ${labels.length} labels, but ${from.images} has ${count} images`);
  const { height: h, width: w, channels: c } = InputShape.shape;
  if (!h.safeParse(height).success || !w.safeParse(width).success || !c.safeParse(channels).success)
    throw new DatasetError(
      from.images,
      `its images are ${height} × ${width} with ${channels} channels; expected 1 to ${h.maxValue!} pixels a side and 1 to ${c.maxValue!} channels`,
    );
  if (images.length !== count * height * width * channels)
    throw new RangeError(`${from.images}: ${images.length} bytes do not hold ${count} images of ${height} × ${width} × ${channels}`);
}

/** SHA-256 over shape, classes, images and labels (little-endian, as typed arrays are on every platform that Node runs on). */
export function fingerprint({
  shape: { height, width, channels },
  classes,
  train,
  test,
}: Pick<Dataset, 'shape' | 'classes' | 'train' | 'test'>): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([height, width, channels, classes, train.labels.length, test.labels.length]));
  for (const { images, labels } of [train, test])
    hash.update(images).update(new Uint8Array(labels.buffer, labels.byteOffset, labels.byteLength));
  return hash.digest('hex');
}
