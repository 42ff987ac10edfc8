/** Every format, written by other people's libraries, read pixel by pixel and label by label. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPaths } from '../../src/datasets/read.ts';
import type { RawDataset, RawSplit } from '../../src/datasets/raw.ts';
import { datasets, truth, unpackFixtures, type Images, type Truth } from './fixtures.ts';

let folder: string;
let remove: () => void;
beforeAll(() => {
  ({ folder, remove } = unpackFixtures());
});
afterAll(() => remove());

/** What a split holds, images in the order of labels and pixels where the files have no order of their own. */
async function contentOf(split: RawSplit, { height, width, channels }: Truth): Promise<{ label: number; pixels: Uint8Array }[]> {
  const { images, labels } = split;
  const size = height * width * channels;
  if (images.kind === 'uniform') {
    expect(images).toMatchObject({ count: labels.length, height, width, channels });
    const [black, white] = images.range;
    const bytes =
      images.values instanceof Uint8Array
        ? images.values
        : Uint8Array.from(images.values, (value) => Math.round((255 * (value - black)) / (white - black)));
    expect(bytes).toHaveLength(labels.length * size);
    return Array.from(labels, (label, i) => ({ label, pixels: bytes.subarray(i * size, (i + 1) * size) }));
  }
  const found: { label: number; pixels: Uint8Array }[] = [];
  for await (const read of images.read()) {
    if ('problem' in read) throw new Error(`${read.problem.file ?? ''}: ${read.problem.message}`);
    expect(read.image).toMatchObject({ height, width, channels });
    found.push({ label: labels[read.index]!, pixels: Uint8Array.from(read.image.pixels) });
  }
  return found;
}

/** Short enough to read when they differ. */
const inOrder = (images: { label: number; pixels: Uint8Array }[]) =>
  images.map(({ label, pixels }) => `${label} ${createHash('sha256').update(pixels).digest('hex').slice(0, 16)}`);

async function expectSame(
  split: RawSplit | null,
  expected: Images,
  of: Truth,
  label: (label: number) => number = (value) => value,
): Promise<void> {
  const size = of.height * of.width * of.channels;
  const wanted = expected.labels.map((value, i) => ({ label: label(value), pixels: expected.pixels.subarray(i * size, (i + 1) * size) }));
  const found = inOrder(await contentOf(split!, of));
  if (split!.images.kind === 'uniform') expect(found).toEqual(inOrder(wanted));
  else expect(found.sort()).toEqual(inOrder(wanted).sort());
}

const digits = Array.from({ length: 10 }, (_, i) => String(i));
const named = digits.map((digit) => `class ${digit}`);

/** Path, format, and what is special about it. */
const divided: [path: string, format: string, classes?: string[]][] = [
  ['idx', 'IDX'],
  ['idx-gz', 'IDX'],
  ['idx-nameless', 'IDX'],
  ['npy', 'NumPy'],
  ['npz-keras.npz', 'NumPy'],
  ['npz-numbered.npz', 'NumPy'],
  ['npz-float32.npz', 'NumPy'],
  ['npz-float64-fortran.npz', 'NumPy'],
  ['npz-int64.npz', 'NumPy'],
  ['npz-fortran.npz', 'NumPy'],
  ['npz-flat.npz', 'NumPy'],
  ['npz-channels-first.npz', 'NumPy'],
  ['npz-planes.npz', 'NumPy'],
  ['mat5-svhn', 'MATLAB or HDF5', digits],
  ['mat5-rows.mat', 'MATLAB or HDF5'],
  ['mat5-affnist', 'MATLAB or HDF5'],
  ['mat73.mat', 'MATLAB or HDF5', digits],
  ['hdf5.h5', 'MATLAB or HDF5', named],
  ['cifar-10-batches-bin', 'CIFAR binary', ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']],
  ['cifar-10-batches-py', 'CIFAR Python', ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']],
  ['cifar-10-python3-protocol2', 'CIFAR Python'],
  ['cifar-10-python3-protocol3', 'CIFAR Python'],
  ['cifar-10-python3-protocol4', 'CIFAR Python'],
  ['sheets', 'PNG sheets'],
  ['folders-png', 'image folders', named],
  ['folders-bmp', 'image folders', named],
  ['folders-tiff', 'image folders', named],
  ['folders-gif', 'image folders', named],
  ['folders-webp', 'image folders', named],
  ['csv-kaggle', 'CSV of pixels'],
  ['csv-plain', 'CSV of pixels'],
  ['csv-label-last', 'CSV of pixels'],
  ['csv-listing', 'list of image files', named],
  ...['zip', 'tar', 'tar.gz'].flatMap((extension): [string, string, string[]?][] => [
    [`idx.${extension}`, 'IDX'],
    [`folders-png.${extension}`, 'image folders', named],
    [`csv-listing.${extension}`, 'list of image files', named],
    [
      `cifar-10-batches-py.${extension}`,
      'CIFAR Python',
      ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    ],
  ]),
];
const undivided: [path: string, format: string, classes?: string[]][] = [
  ['npz-undivided.npz', 'NumPy'],
  ['npz-names.npz', 'NumPy', named],
  ['mat5-double.mat', 'MATLAB or HDF5'],
  ['folders-undivided', 'image folders', digits],
  ['csv-floats.csv.gz', 'CSV of pixels'],
];
/** Formats that only grey or only colour images can have, or that need more training than test images. */
const onlyGrey = /affnist|gif|nameless/;
const onlyColour = /cifar|channels-first|planes/;
/** WebP and GIF have no grey images: they come back as colour. */
const asColour = (of: Truth): Truth =>
  of.channels === 3
    ? of
    : {
        ...of,
        channels: 3,
        train: {
          ...of.train,
          pixels: Uint8Array.from({ length: 3 * of.train.pixels.length }, (_, i) => of.train.pixels[Math.floor(i / 3)]!),
        },
        test: { ...of.test, pixels: Uint8Array.from({ length: 3 * of.test.pixels.length }, (_, i) => of.test.pixels[Math.floor(i / 3)]!) },
      };

describe.each(datasets)('%s', (name) => {
  let of: Truth;
  let read: (path: string) => Promise<RawDataset & { format: string }>;
  beforeAll(async () => {
    of = await truth[name]();
    read = (path) => readPaths([join(folder, name, path)]);
  });
  const fits = ([path]: [string, ...unknown[]]) => !(name === 'cifar' ? onlyGrey : onlyColour).test(path);

  it('has every fixture in the list', () => {
    for (const [path] of [...divided, ...undivided].filter(fits)) expect(existsSync(join(folder, name, path)), path).toBe(true);
  });

  it.each(divided.filter(fits))('%s', async (path, format, classes) => {
    const dataset = await read(path);
    expect(dataset.format).toBe(format);
    expect(dataset.classes).toEqual(classes);
    const wanted = /webp|gif/.test(path) ? asColour(of) : of;
    await expectSame(dataset.train, wanted.train, wanted);
    await expectSame(dataset.test, wanted.test, wanted);
    const guessed = name === 'cifar' && /flat|planes|rows|csv-(?!listing)/.test(path);
    expect(dataset.problems.map(({ message }) => message)).toEqual(
      guessed ? [expect.stringMatching(/^Orientation: the rows of 3072 values are read as 32 × 32 pixels in colour/)] : [],
    );
  });

  it.each(undivided.filter(fits))('%s, which is not divided', async (path, format, classes) => {
    const dataset = await read(path);
    expect(dataset.format).toBe(format);
    expect(dataset.classes).toEqual(classes);
    expect(dataset.test).toBeNull();
    await expectSame(dataset.train, of.train, of);
  });

  it('folders-jpg, as Pillow reads them', async () => {
    const dataset = await read('folders-jpg');
    const expected = readFileSync(join(folder, name, 'jpg-decoded.bin'));
    const size = of.height * of.width * of.channels;
    let different = 0;
    const { images, labels } = dataset.train;
    if (images.kind !== 'separate') throw new Error('JPEG files were read as an array.');
    for await (const found of images.read()) {
      if ('problem' in found) throw new Error(found.problem.message);
      // Images of a class are read in the order of their names, which count them.
      const nth = labels.slice(0, found.index).filter((label) => label === labels[found.index]).length;
      const at = of.train.labels.map((label, i) => ({ label, i })).filter(({ label }) => label === labels[found.index])[nth]!.i;
      found.image.pixels.forEach((value, i) => (different = Math.max(different, Math.abs(value - expected[at * size + i]!))));
    }
    expect(different).toBeLessThanOrEqual(1);
  });

  if (name !== 'cifar')
    it('norb, with its five categories and pairs of images', async () => {
      const { train, test, classes } = await read('norb');
      expect(classes).toEqual(['animal', 'human', 'airplane', 'truck', 'car']);
      const pairs = ({ pixels, labels }: Images): Images => {
        const result = new Uint8Array(2 * pixels.length);
        for (let i = 0; i < pixels.length; i++) {
          const row = Math.floor((i % 784) / 28);
          result[2 * i] = pixels[i]!;
          result[2 * i + 1] = pixels[i + (27 - 2 * row) * 28]!;
        }
        return { pixels: result, labels };
      };
      const stereo = { ...of, channels: 2, train: pairs(of.train), test: pairs(of.test) };
      await expectSame(train, stereo.train, stereo, (label) => label % 5);
      await expectSame(test, stereo.test, stereo, (label) => label % 5);
    });
  else
    it('cifar-100-binary, by its fine labels', async () => {
      const { train, test } = await read('cifar-100-binary');
      await expectSame(train, of.train, of, (label) => 11 * label);
      await expectSame(test, of.test, of, (label) => 11 * label);
    });
});

it('of two sets of CIFAR beside each other one is read, and the other is named', async () => {
  const together = async (...names: string[]) => {
    const { train, test, problems } = await readPaths(names.map((name) => join(folder, 'cifar', name)));
    const alone = await readPaths([join(folder, 'cifar', names[0]!)]);
    expect([train.labels, test?.labels]).toEqual([alone.train.labels, alone.test?.labels]);
    return problems.map(({ message }) => message);
  };
  expect(await together('cifar-10-batches-py', 'cifar-10-python3-protocol2')).toEqual([
    '2 data sets are here, of which cifar-10-batches-py is read.',
  ]);
  expect(await together('cifar-10-batches-bin', 'cifar-100-binary')).toEqual([
    expect.stringMatching(/^2 files of CIFAR-100, .*, are left out; CIFAR-10 is read\.$/),
  ]);
});

it('images of unlike kinds in one folder come as they are', async () => {
  const { train, problems } = await readPaths([join(folder, 'odd', 'images')]);
  expect(problems).toEqual([]);
  const expected = JSON.parse(readFileSync(join(folder, 'odd', 'expected.json'), 'utf8')) as Record<
    string,
    { shape: number[]; deep: boolean; pixels: number[] }
  >;
  const names = Object.keys(expected).sort((a, b) => (a < b ? -1 : 1));
  if (train.images.kind !== 'separate') throw new Error('Image files were read as an array.');
  const found: Record<string, unknown> = {};
  for await (const read of train.images.read()) {
    if ('problem' in read) throw new Error(`${names[read.index]!}: ${read.problem.message}`);
    const { height, width, channels, pixels } = read.image;
    found[names[read.index]!] = { shape: [height, width, channels], deep: pixels instanceof Uint16Array, pixels: [...pixels] };
  }
  for (const name of names) expect(found[name], name).toEqual(expected[name]);
});
