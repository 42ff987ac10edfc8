/** Several data sets in one folder or archive: one is read, and it is said what is left out. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeIdx } from './idx.ts';
import { loadPaths } from '../../src/datasets/load.ts';
import { readPaths } from '../../src/datasets/read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-several-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Files = Record<string, Uint8Array | string>;

const idx: Files = {
  'mnist/train-images-idx3-ubyte': encodeIdx(
    [4, 2, 2],
    Uint8Array.from({ length: 16 }, (_, i) => 16 * i),
  ),
  'mnist/train-labels-idx1-ubyte': encodeIdx([4], Uint8Array.of(0, 1, 0, 1)),
};
const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#123456' } })
  .png()
  .toBuffer();
const photos: Files = { 'photos/cat/1.png': png, 'photos/dog/1.png': png, 'photos/dog/2.png': png };
const table: Files = { 'digits.csv': ['0', '1', '1', '0'].map((label) => `${label},${'7,'.repeat(15)}7`).join('\n') };

/** A NumPy array of bytes, 0 where nothing is said. */
function npy(shape: number[], values: ArrayLike<number> = []): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  const data = Buffer.alloc(shape.reduce((a, b) => a * b, 1));
  data.set(Uint8Array.from(values));
  return Buffer.concat([start, Buffer.from(header), data]);
}

async function read(files: Files): Promise<{ format: string; leftOut: [string | null, string][] }> {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const { format, problems } = await readPaths([folder]);
  return { format, leftOut: problems.map(({ file, message }) => [file?.replace(folder, '…') ?? null, message]) };
}

const another = (left: string, taken: string) =>
  `it is another data set (${left}) and is left out, because only one is read (${taken}); to read this one, open it alone`;

it('the more telling format is read, and each of the others is named by its folder or file', async () => {
  expect(await read({ ...idx, ...photos, ...table })).toEqual({
    format: 'IDX',
    leftOut: [
      ['…/photos', another('image folders', 'IDX')],
      ['…/digits.csv', another('CSV of pixels', 'IDX')],
    ],
  });
});

it('a table is named, not the folder that holds everything, where another table lies beside it', async () => {
  const { leftOut } = await read({ ...photos, ...table, 'notes.csv': 'who,when\nme,today\n' });
  expect(leftOut[0]).toEqual(['…/digits.csv', another('CSV of pixels', 'image folders')]);
});

it('the same in an archive', async () => {
  const archive = pack();
  for (const [name, content] of Object.entries({ ...idx, ...photos })) archive.entry({ name }, Buffer.from(content));
  archive.finalize();
  const path = join(folder, 'both.tar');
  writeFileSync(path, await buffer(archive));
  const { format, problems } = await readPaths([path]);
  expect(format).toBe('IDX');
  expect(problems).toEqual([{ file: join(path, 'photos'), message: another('image folders', 'IDX') }]);
});

it('image folders win over a table of numbers', async () => {
  expect(await read({ ...photos, ...table })).toEqual({
    format: 'image folders',
    leftOut: [['…/digits.csv', another('CSV of pixels', 'image folders')]],
  });
});

it('arrays of another size, or of another version, are named', async () => {
  const set = (name: string, side: number) => ({
    [`${name}/train_images.npy`]: npy([4, side, side, 3], [0, 255]),
    [`${name}/train_labels.npy`]: npy([4], [0, 1, 0, 1]),
  });
  expect((await read({ ...set('birds', 16), ...set('fish', 20) })).leftOut).toEqual([
    [null, '1 more array that could be images, fish/train_images, is left out; birds/train_images is read.'],
  ]);
  rmSync(folder, { recursive: true });
  const version = (name: string, count: number) => ({
    [`set_${name}_data.npy`]: npy([count, 16, 16, 3], [0, 255]),
    [`set_${name}_labels.npy`]: npy([count], [0, 1, 2]),
  });
  expect((await read({ ...version('v4', 5), ...version('v6', 6) })).leftOut).toEqual([
    [null, '1 more array of such images, set_v6_data, is left out; set_v4_data is read.'],
  ]);
  expect((await readPaths([folder])).train.labels.length).toBe(5);
  // No test images of another set.
  rmSync(folder, { recursive: true });
  const part = (name: string, split: string, count: number) => ({
    [`${name}/x_${split}.npy`]: npy([count, 16, 16], [0, 255]),
    [`${name}/y_${split}.npy`]: npy([count], [0, 1]),
  });
  await read({ ...part('a', 'train', 5), ...part('b', 'train', 7), ...part('b', 'test', 6) });
  expect((await readPaths([folder])).train.labels.length).toBe(7);
  rmSync(folder, { recursive: true });
  // Pieces of one array are read together nevertheless.
  await read({ 'set_v4_data.npy': npy([1]), ...version('4', 5), ...version('6', 6) });
  expect((await readPaths([folder])).train.labels.length).toBe(11);
});

it('names of as many classes as there are colours do not count the images', async () => {
  const files = {
    'images.npy': npy([4, 8, 8, 3]),
    'category.npy': npy([4, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0]),
    'names.npy': npy([3]),
  };
  await read(files);
  expect((await readPaths([folder])).train.labels).toEqual(Uint16Array.of(0, 1, 2, 0));
});

it('arrays that are called after parts and classes hold the images of a class each', async () => {
  const files = Object.fromEntries(
    ['train0', 'train1', 'test0', 'test1'].map((name, i) => [`${name}.npy`, npy([i + 1, 16], new Array<number>(16 * (i + 1)).fill(i))]),
  );
  await read(files);
  const { classes, train, test } = await readPaths([folder]);
  expect([classes, [...train.labels], [...test!.labels]]).toEqual([
    ['0', '1'],
    [0, 1, 1],
    [0, 0, 0, 1, 1, 1, 1],
  ]);
});

it('files that only look like a data set are not called one', async () => {
  const few = { 'figure.png': png, 'readme.txt': 'Digits, in rows\n', 'mean.npy': npy([28]), 'notes.json': '{"a": 1}' };
  expect(await read({ ...idx, ...few })).toEqual({ format: 'IDX', leftOut: [] });
});

it('pictures of a type that is not read are counted by type', async () => {
  const unread = {
    'photos/cat/2.heic': Buffer.from([0, 0, 0, 24, ...Buffer.from('ftypheic')]),
    'photos/dog/3.heic': Buffer.from([0, 1, 2]),
  };
  expect(await read({ ...photos, ...unread })).toEqual({
    format: 'image folders',
    leftOut: [['…/photos/cat/2.heic', 'it is of type HEIC, which is not read, like all 2 of this type']],
  });
});

it('a list of pixels that lies in gzip beside itself counts once', async () => {
  const list = (value: number) => JSON.stringify([1, 2, 3].map(() => new Array<number>(16).fill(value)));
  const files = { 'a.json': list(1), 'a.json.gz': gzipSync(list(1)), 'b.json': list(2), 'c.json.gz': gzipSync(list(3)) };
  expect((await read(files)).leftOut).toContainEqual([null, 'a.json.gz is a.json once more and is left out.']);
  const { classes, train } = await readPaths([folder]);
  expect([classes, train.labels.length]).toEqual([['a', 'b', 'c'], 9]);
});

it('the ids of a test table without labels are not taken for its labels', async () => {
  const lines = (first: string, values: number[]) =>
    [[first, ...Array.from({ length: 16 }, (_, i) => `pixel${i}`)], ...values.map((value, i) => [value, ...new Array<number>(16).fill(i)])]
      .map((line) => line.join(','))
      .join('\n');
  // As many images as classes, so that every id would be a class too.
  const files = { 'train.csv': lines('label', [0, 1, 2, 0, 1, 2]), 'test.csv': lines('id', [0, 1, 2]) };
  expect((await read(files)).leftOut).toEqual([[null, 'test.csv has no column of labels and is left out.']]);
  expect((await readPaths([folder])).test).toBeNull();
  // In any order.
  expect((await read({ 'test.csv': lines('id', [2, 0, 1]) })).leftOut).toEqual([
    [null, 'test.csv has no column of labels and is left out.'],
  ]);
  // What comes again may be classes, whatever it is called.
  await read({ 'test.csv': lines('id', [2, 0, 2]) });
  expect((await readPaths([folder])).test?.labels).toEqual(Uint16Array.of(2, 0, 2));
});

it('tables of pixels and tables of their labels belong together, as numbers or as a 1 among zeros', async () => {
  const images = (seed: number, count: number) =>
    Array.from({ length: count }, (_, i) => Array.from({ length: 16 }, (__, k) => (seed + i * 31 + k * 17) % 256).join(',')).join('\n');
  const hot = (label: number) => [0, 1, 2].map((k) => Number(k === label)).join(',');
  const files = (labels: (label: number) => string): Files => ({
    'set_train_28.csv': images(0, 6),
    'set_train_labels.csv': [0, 1, 2, 2, 1, 0].map(labels).join('\n'),
    'set_test_28.csv': images(7, 4),
    'set_test_labels.csv': [2, 1, 0, 0].map(labels).join('\n'),
  });
  for (const labels of [String, hot]) {
    await read(files(labels));
    const { train, test } = await readPaths([folder]);
    expect([[...train.labels], [...test!.labels]]).toEqual([
      [0, 1, 2, 2, 1, 0],
      [2, 1, 0, 0],
    ]);
  }
  // Columns of classes alone are no images of three by three.
  rmSync(folder, { recursive: true });
  await expect(
    read({
      'a.csv': Array.from({ length: 12 }, (_, i) => Array.from({ length: 10 }, (__, k) => Number(k === i % 10)).join(',')).join('\n'),
    }),
  ).rejects.toThrow('columns of pixels and no label');
});

it('the index that pandas writes in front of pixels is no label, and a table of another name is no more of the training images', async () => {
  const header = ['', ...Array.from({ length: 16 }, (_, k) => k)].join(',');
  const rows = Array.from({ length: 8 }, (_, i) => [i, ...Array.from({ length: 16 }, (__, k) => (i * 31 + k * 17) % 256)].join(','));
  const labels = [0, 1, 2, 3, 0, 1, 2, 3];
  await read({ 'x.csv': [header, ...rows].join('\n'), 'y.csv': [',label', ...labels.map((label, i) => `${i},${label}`)].join('\n') });
  expect((await readPaths([folder])).train.labels).toEqual(Uint16Array.from(labels));
  rmSync(folder, { recursive: true });
  const labelled = rows.map((row, i) => row.replace(/^\d+/, String(labels[i]))).join('\n');
  expect((await read({ 'train.csv': labelled, 'extra.csv': `${labelled}\n${labelled}` })).leftOut).toEqual([
    [null, '1 other table of images, extra.csv, is left out; train.csv is read.'],
  ]);
  rmSync(folder, { recursive: true });
  const parts = (of: string, more: string) => ({ [`${of}/train.csv`]: `${labelled}${more}`, [`${of}/test.csv`]: `${labelled}${more}` });
  expect((await read({ ...parts('a', ''), ...parts('b', `\n${labelled}`) })).leftOut).toEqual([
    [null, '2 other tables of images, b/test.csv, b/train.csv, are left out; a/test.csv is read.'],
  ]);
});

it('the test file of LIBSVM, and columns that several blanks divide', async () => {
  const sparse = (labels: number[]) =>
    labels.map((label, i) => `${label} ${[1, 2, 5, 16].map((k) => `${k}:${(i + k) / 20}`).join(' ')}`).join('\n');
  await read({ usps: sparse([1, 2, 1, 2]), 'usps.t': sparse([2, 1]) });
  expect((await readPaths([folder])).test?.labels.length).toBe(2);
  rmSync(folder, { recursive: true });
  const table = [0, 1, 1, 0]
    .map((label, i) => `   ${Array.from({ length: 16 }, (_, k) => `${(i + k) / 20}`).join('   ')}   ${label}.0`)
    .join('\n');
  await read({ 'set_train.amat': table, 'set_test.amat': table });
  const { train, test } = await readPaths([folder]);
  expect([train.labels, test?.labels]).toEqual([Uint16Array.of(0, 1, 1, 0), Uint16Array.of(0, 1, 1, 0)]);
});

it('which column of a table of pixels is taken for the label is said', async () => {
  const taken = async (name: string, header: string, line: (label: number) => string) => {
    writeFileSync(join(folder, name), [header, ...[0, 1, 1, 0].map(line)].filter(Boolean).join('\n'));
    return (await loadPaths([join(folder, name)])).taken[0]!.replace(folder, '…');
  };
  const pixels = '7,9,'.repeat(8).slice(0, -1);
  const names = Array.from({ length: 16 }, (_, i) => `p${i}`).join(',');
  expect(await taken('first.csv', '', (label) => `${label},${pixels}`)).toBe('Classes: 2 (0, 1), from the first column of …/first.csv.');
  expect(await taken('last.csv', '', (label) => `${pixels},${label}`)).toBe('Classes: 2 (0, 1), from the last column of …/last.csv.');
  expect(await taken('named.csv', `${names},kind`, (label) => `${pixels},${label}`)).toBe(
    'Classes: 2 (0, 1), from the column kind of …/named.csv.',
  );
  expect(await taken('packed.csv', 'emotion,pixels', (label) => `${label},${pixels.replaceAll(',', ' ')}`)).toBe(
    'Classes: 2 (0, 1), from the column emotion of …/packed.csv.',
  );
});

it('columns of a class each behind the pixels are one label; a header of numbers behind that of the label is one', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => [
    ...Array.from({ length: 16 }, (__, k) => (i * 31 + k * 17) % 256),
    ...[0, 1, 2].map((of) => Number(of === i % 3)),
  ]);
  const labels = Uint16Array.from(rows, (_, i) => i % 3);
  const text = rows.map((row) => row.join(',')).join('\n');
  writeFileSync(join(folder, 'pixels.csv'), text);
  const { train, classes } = await readPaths([folder]);
  expect([train.labels, classes, train.from.column]).toEqual([labels, undefined, 'the last 3 columns']);
  const header = [...Array.from({ length: 16 }, (_, i) => `p${i}`), 'cat', 'dog', 'eel'].join(',');
  writeFileSync(join(folder, 'pixels.csv'), `${header}\n${text}`);
  expect(await readPaths([folder])).toMatchObject({ classes: ['cat', 'dog', 'eel'], train: { labels, images: { height: 4 } } });
  const bad = rows[0]!.map((value, k) => (k > 15 ? 1 : value)).join(',');
  writeFileSync(join(folder, 'pixels.csv'), `${`${text}\n`.repeat(200)}${bad}`);
  await expect(readPaths([folder])).rejects.toThrow('line 2401 has no single 1 in its last 3 columns; expected its class there');
  const counted = rows.map((row, i) => [i % 3, ...row.slice(0, 16)].join(',')).join('\n');
  writeFileSync(join(folder, 'pixels.csv'), `label,${Array.from({ length: 16 }, (_, i) => i).join(',')}\n${counted}`);
  const { taken } = await loadPaths([folder]);
  expect(taken).toContain('Images: 4 × 4 pixels, the 16 values of each line (0, 1, …).');
  expect(taken[0]).toMatch(/^Classes: 3 \(0, 1, 2\)/);
});
