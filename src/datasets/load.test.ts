import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../shared/input-error.ts';
import { encodeIdx } from './idx.ts';
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

/** Writes a good folder with some files replaced; null leaves a file out. */
function write(changes: Record<string, Buffer | null> = {}): void {
  const files: Record<string, Buffer | null> = {
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
    expect(name).toBe(folder.split('/').at(-1));
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
    const { train, test } = await loadDataset(folder, { limitTrain: 5, limitTest: 100 });
    expect([...train.labels]).toEqual([0, 1, 2, 0, 1]);
    expect([...train.images.subarray(36, 48)]).toEqual(Array.from({ length: 12 }, (_, i) => 36 + i));
    expect(test.labels).toHaveLength(6);
  });

  const T = 'train-images-idx3-ubyte';
  const L = 'train-labels-idx1-ubyte';
  const wrongMagic = images(9);
  wrongMagic[2] = 0x0d;
  const cases: [string, Record<string, Buffer | null>, RegExp][] = [
    ['a missing file', { [L]: null }, /has no file of training labels, expected train-labels-idx1-ubyte or train-labels-idx1-ubyte\.gz$/],
    [
      'a truncated file',
      { [T]: images(9).subarray(0, 100) },
      /train-images-idx3-ubyte is truncated: it has 100 bytes, expected the 124 that its header declares$/,
    ],
    [
      'a file that ends in its header',
      { [T]: images(9).subarray(0, 10) },
      /train-images-idx3-ubyte is truncated: it has 10 bytes, less than its header needs$/,
    ],
    ['an empty file', { [T]: Buffer.alloc(0) }, /train-images-idx3-ubyte is truncated: it has 0 bytes/],
    ['trailing bytes', { [T]: Buffer.concat([images(9), Buffer.alloc(1)]) }, /goes on after the 124 bytes that its header declares/],
    [
      'a wrong magic number',
      { [T]: wrongMagic },
      /starts with 0x00000d03, expected 0x00000803 or 0x00000804, with which an IDX file of images starts$/,
    ],
    ['labels in place of images', { [T]: labels(9) }, /starts with 0x00000801, expected 0x00000803/],
    ['a count mismatch', { [L]: labels(8) }, /has 8 labels, expected one for each of the 9 images in .*train-images-idx3-ubyte$/],
    [
      'no images',
      { [T]: encodeIdx([0, 3, 4], new Uint8Array()), [L]: encodeIdx([0], new Uint8Array()) },
      /train-images-idx3-ubyte is empty: its header declares 0 × 3 × 4 values$/,
    ],
    [
      'a huge declared size',
      { [T]: Buffer.concat([Buffer.from('00000803ffffffff0000001c0000001c', 'hex'), Buffer.alloc(784)]) },
      /more than any image data set has; the header is damaged$/,
    ],
    [
      'test images of another size',
      { 't10k-images-idx3-ubyte': images(6, 4, 3) },
      /training images are 3×4×1 but test images 4×3×1; expected one size for both$/,
    ],
    [
      'a test label out of range',
      { 't10k-labels-idx1-ubyte': labels(6, 5) },
      /a test image has the label 4, expected 0 to 2, the classes of the training images$/,
    ],
    ['a class without images', { [L]: encodeIdx([9], new Uint8Array(9).fill(2, 0, 5)) }, /training labels reach 2 but none is 1/],
    ['a single class', { [L]: labels(9, 1) }, /all training images have the label 0, expected at least two classes$/],
    ['damaged gzip', { [T]: gzipSync(images(200)).fill(0x55, 20, 30) }, /train-images-idx3-ubyte is damaged: its gzip data end in error/],
    ['cut gzip', { [T]: gzipSync(images(200)).subarray(0, -12) }, /train-images-idx3-ubyte is (damaged|truncated)/],
    [
      'gzip of more than is declared',
      { [T]: gzipSync(Buffer.concat([images(9), Buffer.alloc(50_000_000)])) },
      /goes on after the 124 bytes/,
    ],
  ];
  it.each(cases)('refuses %s in one sentence', async (_, changes, message) => {
    write(changes);
    const error: unknown = await loadDataset(folder).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('\n');
  });

  it('refuses a path that is not a folder', async () => {
    await expect(loadDataset(join(folder, 'nowhere'))).rejects.toThrow(/nowhere does not exist; expected a folder with the four IDX files/);
    writeFileSync(join(folder, 'file'), '');
    await expect(loadDataset(join(folder, 'file'))).rejects.toThrow(/file is a file; expected a folder/);
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
