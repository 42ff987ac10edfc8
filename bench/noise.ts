/** Images of noise in the shape of MNIST's, for problems on a machine that has no data set. Speed does not depend on what is seen. */
import type { Dataset } from '../src/shared/dataset.ts';
import { randomStream } from '../src/shared/random.ts';

const SIZE = 28;
const CLASSES = 10;

export function noise(images: number): Dataset {
  const random = randomStream(1, 'noise');
  const split = (count: number) => ({
    images: Uint8Array.from({ length: count * SIZE * SIZE }, () => random.int(0, 255)),
    labels: Uint16Array.from({ length: count }, (_, i) => i % CLASSES),
  });
  return {
    name: 'noise',
    shape: { height: SIZE, width: SIZE, channels: 1 },
    classes: Array.from({ length: CLASSES }, (_, i) => String(i)),
    train: split(images),
    test: split(1),
    fingerprint: `noise ${images}`,
  };
}
