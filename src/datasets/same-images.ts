/** Whether two kept data sets are the same images in another order: the files of a folder are found in another one than those of a ZIP. */
import { hash } from 'node:crypto';
import { KeptDataset } from './kept.ts';

/** Bytes of images that are held at once. */
const AT_ONCE = 8 * 1024 * 1024;

/**
 * Paths of two files that were kept. Which image is of which class, how often it is there, and whether it is for training or
 * testing counts; its place does not. Where a share of all images was drawn for testing, which ones follows from their order,
 * and does not count either.
 */
export async function areSameImages(one: string, other: string): Promise<boolean> {
  const [a, b] = [await KeptDataset.open(one), await KeptDataset.open(other)];
  try {
    if (kindOf(a) !== kindOf(b)) return false;
    const drawn = a.facts.preparation?.split.kind === 'fraction';
    for (const splits of drawn ? [['train', 'test'] as const] : [['test'] as const, ['train'] as const])
      if ((await digest(a, splits)) !== (await digest(b, splits))) return false;
    return true;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

/** What has to be equal before it is worth looking at images. How images are standardised follows from them. */
const kindOf = (kept: KeptDataset): string => {
  const { shape, classes, preparation, standardisation } = kept.facts;
  return JSON.stringify([shape, classes, kept.count('train'), kept.count('test'), preparation ?? {}, (standardisation ?? null) === null]);
};

/** Sum of the hashes of all images with their labels: the order of a sum does not count. */
async function digest(kept: KeptDataset, splits: readonly ('train' | 'test')[]): Promise<string> {
  const sum = new BigUint64Array(4);
  for (const split of splits) await addTo(sum, kept, split);
  return sum.join();
}

async function addTo(sum: BigUint64Array, kept: KeptDataset, split: 'train' | 'test'): Promise<void> {
  const { height, width, channels } = kept.facts.shape;
  const size = height * width * channels;
  const labels = await kept.labels(split);
  const step = Math.max(1, Math.floor(AT_ONCE / size));
  for (let from = 0; from < labels.length; from += step) {
    const to = Math.min(labels.length, from + step);
    const images = await kept.images(split, from, to);
    const one = new Uint8Array(size + 2);
    for (let i = from; i < to; i++) {
      one.set(images.subarray((i - from) * size, (i - from + 1) * size));
      one.set([labels[i]! & 0xff, labels[i]! >> 8], size);
      const lanes = new BigUint64Array(new Uint8Array(hash('sha256', one, 'buffer')).buffer);
      for (let lane = 0; lane < sum.length; lane++) sum[lane]! += lanes[lane]!;
    }
  }
}
