/** Which images a training step sees, and in what form. Depends on seed, epoch and step only, so runs can be resumed and compared. */
import { trainingImages, type Dataset, type Split } from '../../shared/dataset.ts';
import { permutation, randomStream } from '../../shared/random.ts';
import type { Standardisation } from '../../shared/spec/preparation.ts';
import { networkValues } from './network-values.ts';

export interface Batch {
  size: number;
  /** (size, height, width, channels), as the network gets them: intensities in [0, 1], or standardised. */
  images: Float32Array;
  labels: Int32Array;
  /** What tells intensities from them; absent: they are intensities. */
  standardisation?: Standardisation | undefined;
}

/** The training batches of one epoch, in an order of its own, every image shifted at random by up to `shift` pixels. */
export function trainingBatches(
  dataset: Dataset,
  options: { batch: number; shift: number; seed: number; epoch: number },
): (step: number) => Batch {
  const { batch, shift, seed, epoch } = options;
  const { train, shape, heldOut } = dataset;
  const values = networkValues(dataset);
  const order = permutation(trainingImages(dataset), randomStream(seed, 'order', epoch));
  const size = Math.min(batch, order.length);
  return (step) => {
    const random = randomStream(seed, 'shift', epoch, step);
    const result = emptyBatch(size, dataset);
    for (let i = 0; i < size; i++) {
      const place = order[step * size + i]!;
      const index = heldOut ? heldOut.training[place]! : place;
      const [dy, dx] = shift > 0 ? [random.int(-shift, shift), random.int(-shift, shift)] : [0, 0];
      result.labels[i] = train.labels[index]!;
      copyShifted({ split: train, index, shape, values }, dy, dx, result.images, i);
    }
    return result;
  };
}

/** Parts of a data set that are measured on; `validation` is what is held out of `train`. */
export type MeasuredOn = 'train' | 'validation' | 'test';

/** The images [start, start + count) of a part as they are. */
export function plainBatch(dataset: Dataset, part: MeasuredOn, start: number, count: number): Batch {
  if (part === 'validation') return pickedBatch(dataset, dataset.heldOut!.validation.subarray(start, start + count));
  const result = emptyBatch(count, dataset);
  const values = networkValues(dataset);
  const { channels } = dataset.shape;
  const size = imageSize(dataset);
  const pixels = dataset[part].images.subarray(start * size, (start + count) * size);
  for (let i = 0; i < pixels.length; i++) result.images[i] = values[(i % channels) * 256 + pixels[i]!]!;
  result.labels.set(dataset[part].labels.subarray(start, start + count));
  return result;
}

/** These training images as they are. */
function pickedBatch(dataset: Dataset, indices: Uint32Array): Batch {
  const result = emptyBatch(indices.length, dataset);
  const { train, shape } = dataset;
  const values = networkValues(dataset);
  for (const [i, index] of indices.entries()) {
    result.labels[i] = train.labels[index]!;
    copyShifted({ split: train, index, shape, values }, 0, 0, result.images, i);
  }
  return result;
}

/** Values per image. */
export function imageSize({ shape }: Pick<Dataset, 'shape'>): number {
  return shape.height * shape.width * shape.channels;
}

function emptyBatch(size: number, dataset: Dataset): Batch {
  const { standardisation } = dataset;
  return { size, images: new Float32Array(size * imageSize(dataset)), labels: new Int32Array(size), standardisation };
}

/** Copies an image moved by (dy, dx) into slot `slot`; what moves in from outside is black. */
function copyShifted(
  { split, index, shape, values }: { split: Split; index: number; shape: Dataset['shape']; values: Float32Array },
  dy: number,
  dx: number,
  target: Float32Array,
  slot: number,
): void {
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const [from, to] = [index * size, slot * size];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = y >= dy && y < height + dy && x >= dx && x < width + dx;
      const source = from + ((y - dy) * width + x - dx) * channels;
      const destination = to + (y * width + x) * channels;
      for (let c = 0; c < channels; c++) target[destination + c] = values[c * 256 + (inside ? split.images[source + c]! : 0)]!;
    }
}
