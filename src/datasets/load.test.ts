import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PreparationSpec } from '../shared/spec/preparation.ts';
import { DatasetError } from './errors.ts';
import { encodeIdx } from '../../test/datasets/idx.ts';
import { loadDataset } from './load.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-idx-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const images = (count: number, height = 3, width = 4) =>
  encodeIdx(
    [count, height, width],
    Uint8Array.from({ length: count * height * width }, (_, i) => i % 256),
  );
const labels = (count: number, classes = 3) =>
  encodeIdx(
    [count],
    Uint8Array.from({ length: count }, (_, i) => i % classes),
  );

/** Pixels that hardly compress. */
const noise = (count: number) =>
  encodeIdx(
    [count, 3, 4],
    Uint8Array.from({ length: count * 12 }, (_, i) => (i * 7919) % 251),
  );

const limits = (train: number | null, test: number | null = null) => ({ preparation: PreparationSpec.parse({ limits: { train, test } }) });

/** Writes a good folder with some files replaced; null leaves a file out. */
function write(changes: Record<string, Uint8Array | null> = {}): void {
  const files: Record<string, Uint8Array | null> = {
    'train-images-idx3-ubyte': images(9),
    'train-labels-idx1-ubyte': labels(9),
    't10k-images-idx3-ubyte': images(6),
    't10k-labels-idx1-ubyte': labels(6),
    ...changes,
  };
  for (const [name, bytes] of Object.entries(files)) if (bytes) writeFileSync(join(folder, name), bytes);
}

describe('loadDataset', () => {
  it('reads the four files with every pixel and label', async () => {
    write();
    const { shape, classes, train, test, name } = await loadDataset(folder);
    expect(shape).toEqual({ height: 3, width: 4, channels: 1 });
    expect(classes).toEqual(['0', '1', '2']);
    expect(name).toBe(basename(folder));
    expect([...train.images]).toEqual(Array.from({ length: 108 }, (_, i) => i));
    expect([...test.labels]).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('reads gzip files, other names and colour images', async () => {
    const colour = encodeIdx([6, 2, 2, 3], new Uint8Array(72).fill(7));
    for (const [name, bytes] of [
      ['train-images.idx4-ubyte.gz', gzipSync(colour)],
      ['train-labels.idx1-ubyte.gz', gzipSync(labels(6))],
      ['test_images.idx', colour],
      ['test_labels.idx', labels(6)],
    ] as const)
      writeFileSync(join(folder, name), bytes);
    const { shape, train } = await loadDataset(folder);
    expect(shape).toEqual({ height: 2, width: 2, channels: 3 });
    expect([...train.images]).toEqual(new Array(72).fill(7));
  });

  it('has the same fingerprint for the same content, another for a changed pixel', async () => {
    write();
    const first = await loadDataset(folder);
    write({ 'train-images-idx3-ubyte': null, 'train-images-idx3-ubyte.gz': gzipSync(images(9)) });
    expect((await loadDataset(folder)).fingerprint).toBe(first.fingerprint);
    const changed = images(9);
    changed[50]! += 1;
    write({ 'train-images-idx3-ubyte': changed });
    expect((await loadDataset(folder)).fingerprint).not.toBe(first.fingerprint);
  });

  it('limits by class in equal shares, first images first', async () => {
    write();
    const { train, test } = await loadDataset(folder, limits(5, 100));
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1]);
    expect([...train.images.subarray(36, 48)]).toEqual(Array.from({ length: 12 }, (_, i) => 36 + i));
    expect(test.labels).toHaveLength(6);
  });

  const T = 'train-images-idx3-ubyte';
  const L = 'train-labels-idx1-ubyte';
  const wrongType = images(9);
  wrongType[2] = 0x0d;
  const wrongMagic = images(9);
  wrongMagic[0] = 0x7f;
  const huge = Buffer.from('00000803ffffffff0000001c0000001c', 'hex');
  const cases: [string, Record<string, Uint8Array | null>, RegExp][] = [
    [
      'a missing file',
      { [L]: null },
      /: the file with the train labels is missing; expected train-labels-idx1-ubyte or train-labels-idx1-ubyte\.gz$/,
    ],
    [
      'an unknown folder',
      { [T]: null, [L]: null, 't10k-images-idx3-ubyte': null, 't10k-labels-idx1-ubyte': null },
      /it holds no files; expected image folders, lists of images, IDX/,
    ],
    [
      'a truncated file',
      { [T]: images(9).subarray(0, 100) },
      /train-images-idx3-ubyte: it is truncated: 100 bytes, but its header declares 9 × 3 × 4, which needs 124$/,
    ],
    ['a file that ends in its header', { [T]: images(9).subarray(0, 10) }, /truncated within its header of 16 bytes$/],
    ['an empty file', { [T]: Buffer.alloc(0) }, /train-images-idx3-ubyte: it has only 0 bytes; expected an IDX header/],
    [
      'trailing bytes',
      { [T]: Buffer.concat([images(9), Buffer.alloc(1)]) },
      /1 bytes follow the 9 × 3 × 4 elements that its header declares/,
    ],
    ['floats that are missing', { [T]: wrongType }, /it is truncated: 124 bytes, but its header declares 9 × 3 × 4, which needs 448$/],
    ['a wrong magic number', { [T]: wrongMagic }, /starts with 0x7f000803, which is not an IDX header; expected 0x00000803 or 0x00000804$/],
    ['labels in place of images', { [T]: labels(9) }, /train-images-idx3-ubyte: its header declares 1 axes; expected 3 or 4$/],
    ['a count mismatch', { [L]: labels(8) }, /train-labels-idx1-ubyte: it has 8 labels, but .*train-images-idx3-ubyte has 9 images$/],
    [
      'no images',
      { [T]: encodeIdx([0, 3, 4], new Uint8Array()), [L]: encodeIdx([0], new Uint8Array()) },
      /train-images-idx3-ubyte: it holds no images; expected at least one$/,
    ],
    [
      'images without pixels',
      { [T]: encodeIdx([9, 0, 4], new Uint8Array()) },
      /its images are 0 × 4 with 1 channels; expected at least one pixel/,
    ],
    [
      'a huge declared size',
      { [T]: Buffer.concat([huge, Buffer.alloc(784)]) },
      /truncated: 800 bytes, but its header declares 4294967295 × 28 × 28/,
    ],
    [
      'a huge declared size in gzip',
      { [T]: gzipSync(Buffer.concat([huge, Buffer.alloc(784)])) },
      /train-images-idx3-ubyte: its header declares 3367254359296 bytes, which \d+ compressed bytes cannot hold$/,
    ],
    [
      'test images of another size',
      { 't10k-images-idx3-ubyte': images(6, 4, 3) },
      /t10k-images-idx3-ubyte: its images are 4 × 3 × 1, but the training images are 3 × 4 × 1; expected the same$/,
    ],
    [
      'a test label out of range',
      { 't10k-labels-idx1-ubyte': labels(6, 5) },
      /train-labels-idx1-ubyte: class 3 has test images but none to train on; expected training images of every class$/,
    ],
    [
      'a single class',
      { [L]: labels(9, 1), 't10k-labels-idx1-ubyte': labels(6, 1) },
      /train-labels-idx1-ubyte: all of its images are of one class; expected at least two classes$/,
    ],
    [
      'damaged gzip',
      { [T]: gzipSync(noise(9)).fill(0x55, 60, 90) },
      /train-images-idx3-ubyte: it is damaged: its gzip data cannot be decompressed$/,
    ],
    ['cut gzip', { [T]: gzipSync(images(200)).subarray(0, -12) }, /train-images-idx3-ubyte: it is truncated: its gzip data break off$/],
    [
      'gzip of less than is declared',
      { [T]: gzipSync(images(9).subarray(0, 100)) },
      /it ends after 100 bytes of content, but its header declares 124$/,
    ],
    [
      'gzip of more than is declared',
      { [T]: gzipSync(Buffer.concat([images(9), Buffer.alloc(50_000_000)])) },
      /train-images-idx3-ubyte: it holds more than the 124 bytes that were expected$/,
    ],
  ];
  it.each(cases)('refuses %s in one sentence', async (_, changes, message) => {
    write(changes);
    const error: unknown = await loadDataset(folder).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('refuses a path that is no data set', async () => {
    await expect(loadDataset(join(folder, 'nowhere'))).rejects.toThrow(/nowhere: there is no such file or folder$/);
    writeFileSync(join(folder, 'file'), '');
    await expect(loadDataset(join(folder, 'file'))).rejects.toThrow(DatasetError);
  });

  it('refuses limits that leave a class without images', async () => {
    write();
    await expect(loadDataset(folder, limits(2))).rejects.toThrow('a limit of 2 training images leaves some of the 3 classes without any');
  });

  it('drops a class without images', async () => {
    write({ [L]: encodeIdx([9], new Uint8Array(9).fill(2, 0, 5)), 't10k-labels-idx1-ubyte': encodeIdx([6], new Uint8Array(6).fill(2, 1)) });
    const { classes, train, test } = await loadDataset(folder);
    expect(classes).toEqual(['0', '2']);
    expect([...train.labels]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0]);
    expect([...test.labels]).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('gives each class its share even where one has few images', async () => {
    write({ [L]: encodeIdx([9], Uint8Array.from([0, 0, 0, 0, 0, 1, 2, 2, 2])) });
    const { train } = await loadDataset(folder, limits(6));
    expect([...train.labels]).toEqual([0, 0, 0, 1, 2, 2]);
  });

  it('finds the files in folders below, and follows no link in circles', async () => {
    mkdirSync(join(folder, 'MNIST', 'raw'), { recursive: true });
    symlinkSync(folder, join(folder, 'MNIST', 'loop'));
    const outer = folder;
    folder = join(folder, 'MNIST', 'raw');
    write();
    folder = outer;
    expect((await loadDataset(folder)).train.labels).toHaveLength(9);
  });
});

describe('the bundled sample', () => {
  it('has 1,000 training and 200 test digits of every class', async () => {
    const { shape, classes, train, test } = await loadDataset('sample');
    expect(shape).toEqual({ height: 28, width: 28, channels: 1 });
    const counts = (values: Uint16Array) => classes.map((_, label) => values.filter((v) => v === label).length);
    expect(counts(train.labels)).toEqual(new Array(10).fill(1000));
    expect(counts(test.labels)).toEqual(new Array(10).fill(200));
    // Digits: mostly background, some full ink.
    expect(train.images.filter((v) => v === 0).length / train.images.length).toBeGreaterThan(0.7);
    expect(train.images.includes(255)).toBe(true);
  });

  it('has no image in both splits', async () => {
    const { train, test } = await loadDataset('sample');
    const key = (all: Uint8Array, i: number) => Buffer.from(all.subarray(i * 784, (i + 1) * 784)).toString('base64');
    const seen = new Set(Array.from({ length: 10_000 }, (_, i) => key(train.images, i)));
    expect(seen.size).toBe(10_000);
    for (let i = 0; i < 2000; i++) expect(seen.has(key(test.images, i))).toBe(false);
  });
});
