/** Which images a training step sees, and in what form. Depends on seed, epoch and step only, so runs can be resumed and compared. */
import type { Dataset, Split } from '../../shared/dataset.ts';
import { permutation, randomStream } from '../../shared/random.ts';

export interface Batch {
  size: number;
  /** (size, height, width, channels), values in [0, 1]. */
  images: Float32Array;
  labels: Int32Array;
}

/** Steps per epoch: whole batches only, so that every step has the same statistics. A split smaller than a batch is one batch. */
export function stepsPerEpoch(images: number, batch: number): number {
  return Math.max(1, Math.floor(images / batch));
}

/** The training batches of one epoch, in an order of its own, every image shifted at random by up to `shift` pixels. */
export function trainingBatches(
  dataset: Dataset,
  options: { batch: number; shift: number; seed: number; epoch: number },
): (step: number) => Batch {
  const { batch, shift, seed, epoch } = options;
  const { train, shape } = dataset;
  const order = permutation(train.labels.length, randomStream(seed, 'order', epoch));
  const size = Math.min(batch, order.length);
  return (step) => {
    const random = randomStream(seed, 'shift', epoch, step);
    const result = emptyBatch(size, imageSize(dataset));
    for (let i = 0; i < size; i++) {
      const index = order[step * size + i]!;
      const [dy, dx] = shift > 0 ? [random.int(-shift, shift), random.int(-shift, shift)] : [0, 0];
      result.labels[i] = train.labels[index]!;
      copyShifted(train, index, shape, dy, dx, result.images, i);
    }
    return result;
  };
}

/** The images [start, start + count) of a split as they are. */
export function plainBatch(split: Split, start: number, count: number, size: number): Batch {
  const result = emptyBatch(count, size);
  const pixels = split.images.subarray(start * size, (start + count) * size);
  for (let i = 0; i < pixels.length; i++) result.images[i] = pixels[i]! / 255;
  result.labels.set(split.labels.subarray(start, start + count));
  return result;
}

/** Values per image. */
export function imageSize({ shape }: Pick<Dataset, 'shape'>): number {
  return shape.height * shape.width * shape.channels;
}

function emptyBatch(size: number, imageValues: number): Batch {
  return { size, images: new Float32Array(size * imageValues), labels: new Int32Array(size) };
}

/** Copies image `index` moved by (dy, dx) into slot `slot`; what moves in from outside is 0. */
function copyShifted(
  split: Split,
  index: number,
  shape: Dataset['shape'],
  dy: number,
  dx: number,
  target: Float32Array,
  slot: number,
): void {
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const [from, to] = [index * size, slot * size];
  for (let y = Math.max(0, dy); y < Math.min(height, height + dy); y++) {
    const first = Math.max(0, dx);
    const last = Math.min(width, width + dx);
    const source = from + ((y - dy) * width + first - dx) * channels;
    const destination = to + (y * width + first) * channels;
    for (let i = 0; i < (last - first) * channels; i++) target[destination + i] = split.images[source + i]! / 255;
  }
}
