/** A tiny data set that can be learned: one bright square per class, at a place of its own, in noise. Seeded. */
import { randomStream } from '../../src/shared/random.ts';
import type { Dataset, Split } from '../../src/shared/dataset.ts';

const CLASSES = 3;
const SIZE = 12;

function split(count: number, seed: number, name: string): Split {
  const random = randomStream(seed, 'blobs', name);
  const images = new Uint8Array(count * SIZE * SIZE);
  const labels = Uint16Array.from({ length: count }, (_, i) => i % CLASSES);
  for (const [i, label] of labels.entries()) {
    const corner = 1 + 3 * label;
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) {
        const inside = y >= corner && y < corner + 4 && x >= corner && x < corner + 4;
        images[(i * SIZE + y) * SIZE + x] = random.int(0, 60) + (inside ? 150 : 0);
      }
  }
  return { images, labels };
}

export function blobs(train: number, test: number, seed = 1): Dataset {
  return {
    name: 'blobs',
    shape: { height: SIZE, width: SIZE, channels: 1 },
    classes: ['first', 'second', 'third'],
    train: split(train, seed, 'train'),
    test: split(test, seed, 'test'),
    fingerprint: `blobs ${train} ${test} ${seed}`,
  };
}
