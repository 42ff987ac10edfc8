/** What is refused is refused for its true reason: the file, what is wrong with it and what was expected. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { readPaths } from '../../src/datasets/read.ts';
import { unpackFixtures } from './fixtures.ts';

const { folder: published, remove } = unpackFixtures(fileURLToPath(new URL('./published.bin', import.meta.url)));
afterAll(remove);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-refusals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The first half of a fixture's first file. */
function half(name: string): Buffer {
  const data = join(published, name, 'data');
  const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const only = files.find(({ name: own }) => !own.endsWith('.md'));
  const bytes = readFileSync(join(only!.parentPath, only!.name));
  return bytes.subarray(0, bytes.length >> 1);
}

function npy(shape: number[], type = '|u1', bytes = 1): Buffer {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117) + '\n';
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  const elements = Buffer.alloc(bytes * shape.reduce((product, size) => product * size, 1), 0x3c);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\0', 'latin1'), length, Buffer.from(header), elements]);
}

const pixels = (count: number) => Array.from({ length: count }, (_, i) => i % 256);
const names = (count: number) => pixels(count).map((i) => `p${i}`);
const lines = (...rows: (string | number)[][]) => rows.map((row) => row.join(',')).join('\n');

it.each<[string, Record<string, string | Buffer>, string]>([
  [
    'names of columns alone',
    { 't.csv': lines(['label', ...names(64)]) },
    'it is a table of 65 columns (label, p0, p1, …) without a line below',
  ],
  [
    'a table of something else',
    { 'iris.csv': 'length,width,species\n5.1,3.5,a\n4.9,3.1,b\n' },
    '(length, width, species), too few to be pixels',
  ],
  [
    'measurements, as many as a square has pixels',
    {
      't.csv': lines(
        ['kind', ...names(16).map((name) => `${name.replace(/\d+/, (i) => 'abcdefghijklmnop'[Number(i)]!)} width`)],
        [0, ...pixels(16)],
        [1, ...pixels(16)],
      ),
    },
    'it is a table of 17 columns called kind, pa width, pb width, pc width, …, which are measurements and no pixels; expected names such as pixel0',
  ],
  [
    'numbers in no decimals',
    { 't.csv': lines(['label', ...names(20)], [1, ...pixels(20).map((i) => `0x${i}`)]) },
    'second line has "0x0" in column 2; expected a number',
  ],
  [
    'labels that are named, and no square',
    { 't.csv': lines(['label', ...names(63)], [0, ...pixels(63)], [1, ...pixels(63)]) },
    'each image is a row of 63 values',
  ],
  ['pixels without labels', { 't.csv': `pixels\n${pixels(64).join(' ')}\n` }, 'it is a list of pixels without labels'],
  [
    'a list without its images',
    { 'l.csv': 'file,label\na.png,cat\nb.png,dog\n' },
    'it is a list of image files such as a.png, none of which is here; expected them beside it',
  ],
  [
    'ARFF in its other form',
    {
      'm.arff': `@relation m\n${names(20)
        .map((name) => `@attribute ${name} real\n`)
        .join('')}@data\n{0 3}\n`,
    },
    'sparse form, {0 3, 5 1}, which is not read',
  ],
  ['JSON that breaks off', { 'labels.json': '{"a.png": "cat", "b' }, 'it is JSON that is damaged or breaks off; expected a whole document'],
  ['a line that is no JSON', { 'm.jsonl': '{"file_name": "a.png", "label": 1}\nb.png\n' }, 'it is JSON whose line 2 is damaged'],
  [
    'arrays of nothing',
    { 'images.npy': npy([0, 8, 8]), 'labels.npy': npy([0]) },
    'the arrays in it are empty; found images (0 × 8 × 8), labels (0)',
  ],
  [
    'arrays of too many axes',
    { 'images.npy': npy([2, 3, 4, 5, 6]), 'labels.npy': npy([2]) },
    'no array in it has the two to four axes of images',
  ],
  [
    'weights',
    { 'kernel.npy': npy([9, 8, 8]), 'bias.npy': npy([9], '<f2', 2) },
    'no labels are beside it: bias has as many values as it has images, but label 0 is 1.05',
  ],
  [
    'a server that says no',
    { 'mnist.zip': '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>' },
    "it is a server's message of an error, which is not read",
  ],
  [
    'MATLAB of old',
    { 'x.mat': Buffer.concat([Buffer.from(Int32Array.of(0, 2, 2, 0, 2).buffer), Buffer.from('x\0'), Buffer.alloc(32)]) },
    'it is a file of MATLAB 4, which is not read',
  ],
  ['half of HDF5', { 'x.h5': half('hdf5-zstd') }, 'it is truncated: it has '],
  ['half of Parquet', { 'x.parquet': half('parquet-snappy') }, 'it does not end as it begins, with PAR1; expected a whole file'],
  [
    'a pickle that ends early',
    { 'x.pkl': Buffer.from('\x80\x02}q\x01U\x01xT\xff\xff\0\0ab', 'latin1') },
    'it ends after 15 bytes, within a value of 65535 bytes; expected a whole file',
  ],
  [
    'a pickle of something else',
    { 'x.pkl': Buffer.from('\x80\x02}q\x01U\x01xK\x01s.', 'latin1') },
    'no pickle in it holds an array that could be images; expected e.g. a dictionary with images',
  ],
])('%s', async (_, files, reason) => {
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  await expect(readPaths([folder])).rejects.toThrow(reason);
});

it('no classes of as many images, one of which could be labels of the other', async () => {
  for (const name of ['cat', 'dog']) writeFileSync(join(folder, `${name}.npy`), npy([4, 64]));
  const { classes, train } = await readPaths([folder]);
  expect([classes, [...train.labels]]).toEqual([
    ['cat', 'dog'],
    [0, 0, 0, 0, 1, 1, 1, 1],
  ]);
});

it('images beside a list of others, and in a folder', async () => {
  mkdirSync(join(folder, 'photos'));
  const image = await sharp(Buffer.alloc(16), { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toBuffer();
  for (const i of [0, 1]) writeFileSync(join(folder, 'photos', `${i}.png`), image);
  writeFileSync(join(folder, 'l.csv'), 'file,label\na.png,cat\nb.png,dog\n');
  await expect(readPaths([folder])).rejects.toThrow(
    'its 2 images lie in one folder, photos; expected e.g. train/cat/1.png and train/dog/1.png; l.csv is a list of image files such as a.png, none of which is here',
  );
});

it('words behind numbers that several images share, which are the classes where the numbers count the images', async () => {
  mkdirSync(join(folder, 'train'));
  const image = await sharp(Buffer.alloc(16), { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toBuffer();
  for (const [i, name] of ['cat', 'dog', 'dog', 'cat'].entries()) writeFileSync(join(folder, 'train', `${i}_${name}.png`), image);
  const { classes, train } = await readPaths([folder]);
  expect([classes, [...train.labels]]).toEqual([
    ['cat', 'dog'],
    [0, 1, 1, 0],
  ]);
  // A part is no class.
  writeFileSync(join(folder, 'train', '4_test.png'), image);
  await expect(readPaths([folder])).rejects.toThrow('its 5 images lie in ');
  // Two views of one thing.
  renameSync(join(folder, 'train', '4_test.png'), join(folder, 'train', '0_dog.png'));
  await expect(readPaths([folder])).rejects.toThrow('its 5 images lie in ');
});

it('a list of images that are here and have no classes, of which it is not said that they are missing', async () => {
  const image = await sharp(Buffer.alloc(16), { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toBuffer();
  const ages = Array.from({ length: 9 }, (_, i) => `${i}.png,${20 + 1.5 * i}`);
  for (const i of ages.keys()) writeFileSync(join(folder, `${i}.png`), image);
  writeFileSync(join(folder, 'ages.csv'), `file,age\n${ages.join('\n')}\n`);
  await expect(readPaths([folder])).rejects.toThrow(
    /ages\.csv: it lists images, but no column of it is their label; expected lines with an image file and its class$/,
  );
});

it('damaged images, by what their format tells', async () => {
  const image = await sharp(Buffer.alloc(16), { raw: { width: 4, height: 4, channels: 1 } })
    .png()
    .toBuffer();
  const photo = await sharp(Buffer.alloc(768, 99), { raw: { width: 16, height: 16, channels: 3 } })
    .jpeg()
    .toBuffer();
  const wrong = Buffer.from(image);
  wrong[wrong.length - 13]! ^= 1;
  const damaged = {
    'a/1.png': wrong,
    'a/2.png': image.subarray(0, image.length - 20),
    'a/3.jpg': photo.subarray(0, photo.length - 40),
    'b/1.png': image,
  };
  for (const [name, bytes] of Object.entries(damaged)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  const { train } = await readPaths([folder]);
  const found: string[] = [];
  if (train.images.kind === 'separate')
    for await (const read of train.images.read()) if ('problem' in read) found.push(read.problem.message);
  expect(found.sort()).toEqual([
    'it is damaged: its chunk IDAT does not have the checksum that it declares',
    'it is truncated: it ends within its chunk IDAT; expected a whole file',
    'it is truncated: its end marker is missing; expected a whole file',
  ]);
});
