/** Recognises well-known data sets by their content, whatever files they come in, so that their classes have names. */
import type { Split } from '../shared/dataset.ts';
import type { ImageShape } from './raw.ts';

/** Prepared images of one size. */
export type ShapedSplit = Split & ImageShape;

interface KnownDataset {
  name: string;
  classes: string[];
  height: number;
  width: number;
  channels: number;
  count: number;
  /** contentDigest of all images. */
  digest: string;
}

const digits = Array.from({ length: 10 }, (_, i) => String(i));

const known: KnownDataset[] = [
  { name: 'MNIST', classes: digits, height: 28, width: 28, channels: 1, count: 70_000, digest: 'a5b806a8483c1f68' },
  {
    name: 'Fashion-MNIST',
    classes: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
    height: 28,
    width: 28,
    channels: 1,
    count: 70_000,
    digest: '5df005e93cb93008',
  },
  {
    name: 'CIFAR-10',
    classes: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    height: 32,
    width: 32,
    channels: 3,
    count: 60_000,
    digest: '8c1a106b5f4a7672',
  },
];

/** The known data set that has exactly these images with these labels, in any order and any split; undefined if none. */
export function recognise(splits: ShapedSplit[]): { name: string; classes: string[] } | undefined {
  const total = splits.reduce((sum, { labels }) => sum + labels.length, 0);
  const candidates = known.filter(
    ({ height, width, channels, count }) =>
      total === count && splits.every((split) => split.height === height && split.width === width && split.channels === channels),
  );
  if (candidates.length === 0) return undefined;
  const digest = contentDigest(splits);
  return candidates.find((candidate) => candidate.digest === digest);
}

/**
 * 64 bits, as hex, that depend on every image and its label but not on their order: the sum of a hash of each. Good
 * for telling data sets apart, no defence against forgery.
 */
export function contentDigest(splits: ShapedSplit[]): string {
  let low = 0;
  let high = 0;
  for (const { images, labels, height, width, channels } of splits) {
    const size = height * width * channels;
    const words = size >> 2;
    const view = new DataView(images.buffer, images.byteOffset, images.byteLength);
    for (const [i, label] of labels.entries()) {
      let a = label + 1;
      let b = ~label;
      for (let w = 0, at = i * size; w < words; w++, at += 4) {
        const word = view.getUint32(at, true);
        a = Math.imul(a ^ word, 0x01000193);
        a ^= a >>> 15;
        b = Math.imul(b + word, 0x85ebca6b);
        b ^= b >>> 13;
      }
      low = (low + a) >>> 0;
      high = (high + b) >>> 0;
    }
  }
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
