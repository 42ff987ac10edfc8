import { describe, expect, it } from 'vitest';
import { PreparationSpec } from '../../shared/spec/preparation.ts';
import type { ImageShape, RawDataset, RawImage, RawSplit, SeparateImages, UniformImages } from '../raw.ts';
import { prepare } from './prepare.ts';
import { Previewer } from './preview.ts';
import { standardisationOf } from './standardise.ts';

type Wish = Parameters<typeof PreparationSpec.parse>[0];
const spec = (wish: Wish = {}) => PreparationSpec.parse(wish);

/** Images of one pixel whose value is their number, of classes in turn. */
function numbered(first: number, count: number, classes = 2): RawSplit {
  return uniform(
    Uint8Array.from({ length: count }, (_, i) => first + i),
    Array.from({ length: count }, (_, i) => i % classes),
    { height: 1, width: 1, channels: 1 },
  );
}

function uniform(values: UniformImages['values'], labels: number[], shape: ImageShape, range: [number, number] = [0, 255]): RawSplit {
  return {
    images: { kind: 'uniform', values, range, count: labels.length, ...shape },
    labels: Uint16Array.from(labels),
    from: { images: 'images file', labels: 'labels file' },
  };
}

/** Images that are read one by one, the last first, whose pixels are gone when the next one is asked for; null stands for one that is damaged. */
function separate(images: (RawImage | null)[], labels: number[]): RawSplit & { images: SeparateImages & { reads: number } } {
  const source: SeparateImages & { reads: number } = {
    kind: 'separate',
    count: images.length,
    reads: 0,
    // eslint-disable-next-line @typescript-eslint/require-await -- the interface is asynchronous
    async *read({ indices = [...images.keys()] } = {}) {
      for (const index of Array.from(indices).reverse()) {
        source.reads++;
        const image = images[index];
        if (image) {
          const pixels = image.pixels.slice();
          yield { index, image: { ...image, pixels } };
          pixels.fill(0);
        } else yield { index, problem: { file: `image ${index}`, message: 'it is damaged' } };
      }
    },
  };
  return { images: source, labels: Uint16Array.from(labels), from: { images: 'folder', labels: 'folder' } };
}

const grey = (height: number, width: number, value: number): RawImage => ({
  height,
  width,
  channels: 1,
  pixels: new Uint8Array(height * width).fill(value),
});
const colour = (height: number, width: number, rgb: [number, number, number]): RawImage => ({
  height,
  width,
  channels: 3,
  pixels: Uint8Array.from({ length: height * width * 3 }, (_, i) => rgb[i % 3]!),
});

const numbers: RawDataset = { name: 'numbers', train: numbered(0, 40), test: numbered(40, 10), problems: [] };
const prepared = async (raw: RawDataset, wish?: Wish) => (await prepare(raw, spec(wish))).dataset;

describe('images and labels', () => {
  it('stay as they are, in the same memory, when nothing is asked for', async () => {
    const { train, test, preparation, shape, classes } = await prepared(numbers);
    expect(train.images).toBe((numbers.train.images as UniformImages).values);
    expect([...test.labels]).toEqual([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
    expect({ preparation, shape, classes }).toEqual({
      preparation: undefined,
      shape: { height: 1, width: 1, channels: 1 },
      classes: ['0', '1'],
    });
  });

  it('are divided anew, each class in proportion, every image with its label', async () => {
    const { train, test } = await prepared(numbers, { split: { kind: 'fraction', test: 0.3, seed: 5 } });
    expect([...train.images, ...test.images].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    for (const { images, labels } of [train, test]) expect([...labels]).toEqual([...images].map((value) => value % 2));
    expect([...test.labels].filter((label) => label === 0)).toHaveLength(8);
    expect(test.labels).toHaveLength(16);
  });

  it('are divided by the seed alone', async () => {
    const of = async (seed: number) => (await prepared(numbers, { split: { kind: 'fraction', test: 0.3, seed } })).fingerprint;
    expect(await of(1)).toBe(await of(1));
    expect(await of(2)).not.toBe(await of(1));
  });

  it('are limited in all and per class', async () => {
    const { train, test } = await prepared(numbers, { limits: { train: 5, test: 2 } });
    expect([...train.images]).toEqual([0, 1, 2, 3, 4]);
    expect([...test.images]).toEqual([40, 41]);
    const few = await prepared(numbers, { limits: { perClass: 3 } });
    expect([...few.train.images]).toEqual([0, 1, 2, 3, 4, 5]);
    expect(few.test.labels).toHaveLength(6);
    await expect(prepared(numbers, { limits: { train: 1 } })).rejects.toThrow(/limit of 1 training/);
  });

  it('of some classes only get labels in the order that was asked for', async () => {
    const raw = { ...numbers, classes: ['cat', 'dog', 'eel'], train: numbered(0, 9, 3), test: numbered(9, 6, 3) };
    const { classes, train, test } = await prepared(raw, { classes: ['eel', 'cat'] });
    expect(classes).toEqual(['eel', 'cat']);
    expect([...train.images]).toEqual([0, 2, 3, 5, 6, 8]);
    expect([...train.labels]).toEqual([1, 0, 1, 0, 1, 0]);
    expect(test.labels).toHaveLength(4);
    await expect(prepared(raw, { classes: ['cat', 'cow'] })).rejects.toThrow(
      'it has no images of a class cow; its classes are cat, dog, eel',
    );
  });

  it('that the data do not divide are divided at random, and that is said', async () => {
    const { dataset, notes } = await prepare({ ...numbers, test: null }, spec());
    expect(dataset.train.labels).toHaveLength(32);
    expect(dataset.preparation!.split).toEqual({ kind: 'fraction', test: 0.2, seed: 1 });
    expect(notes).toEqual([expect.stringContaining('20 % of every class')]);
  });

  it('at random leave classes of one image out, unless hardly any others are left or they are asked for', async () => {
    const raw = { ...numbers, classes: ['cat', 'dog', 'eel'], train: numbered(0, 9, 3), test: null };
    const labelled = (labels: number[]) => ({ ...raw, train: { ...raw.train, labels: Uint16Array.from(labels) } });
    const { dataset, notes } = await prepare(labelled([0, 2, 0, 2, 1, 0, 2, 0, 2]), spec());
    expect(dataset.classes).toEqual(['cat', 'eel']);
    expect([dataset.train.labels.length, dataset.test.labels.length]).toEqual([6, 2]);
    expect(notes.at(-1)).toBe(
      'The class dog, which has a single image, is left out: dividing the images takes one to train on and one to test with.',
    );
    const tooFew = 'class dog has too few images';
    await expect(prepared(labelled([0, 0, 0, 0, 1, 0, 0, 0, 0]))).rejects.toThrow(tooFew);
    await expect(prepared(labelled([0, 2, 0, 2, 1, 0, 2, 0, 2]), { classes: ['cat', 'dog'] })).rejects.toThrow(tooFew);
  });
});

describe('values', () => {
  it('of any range become bytes', async () => {
    const values = Float32Array.from([-1, 0, 1, 0.5, -0.5, 1]);
    const split = uniform(values, [0, 1], { height: 1, width: 3, channels: 1 }, [-1, 1]);
    const { train } = await prepared({ name: 'floats', train: split, test: split, problems: [] });
    expect([...train.images]).toEqual([0, 128, 255, 191, 64, 255]);
  });

  it('are standardised by the training images alone', async () => {
    const { standardisation } = await prepared(numbers, { standardise: true });
    const values = Array.from({ length: 40 }, (_, i) => i / 255);
    const mean = values.reduce((a, b) => a + b) / 40;
    expect(standardisation!.mean[0]).toBeCloseTo(mean, 12);
    expect(standardisation!.deviation[0]).toBeCloseTo(Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 40), 12);
    expect((await prepared(numbers, { standardise: true })).fingerprint).not.toBe((await prepared(numbers)).fingerprint);
    expect(standardisationOf(Uint8Array.of(9, 1, 9, 3), 2)).toEqual({
      mean: [9 / 255, 2 / 255],
      deviation: [1, expect.closeTo(1 / 255, 12)],
    });
  });
});

describe('images of files', () => {
  const mixed = separate(
    [grey(2, 2, 10), grey(2, 2, 20), null, colour(2, 2, [30, 40, 50]), grey(4, 2, 60), grey(2, 2, 70)],
    [0, 1, 0, 1, 0, 1],
  );
  const raw: RawDataset = {
    name: 'folder',
    classes: ['a', 'b'],
    train: mixed,
    test: null,
    problems: [{ file: 'notes.txt', message: 'it is no image' }],
  };

  it('of different sizes and colours become alike; damaged ones are left out and named', async () => {
    const { dataset, problems, notes } = await prepare(raw, spec({ split: { kind: 'fraction', test: 0.4, seed: 1 } }));
    const { shape, train, test, preparation } = dataset;
    expect(shape).toEqual({ height: 2, width: 2, channels: 3 });
    expect(preparation).toMatchObject({ size: { height: 2, width: 2 }, colour: 'rgb' });
    expect(train.labels.length + test.labels.length).toBe(5);
    expect(train.images).toHaveLength(12 * train.labels.length);
    expect(problems).toEqual([
      { file: 'notes.txt', message: 'it is no image' },
      { file: 'image 2', message: 'it is damaged' },
    ]);
    expect(notes).toEqual([expect.stringContaining('differ in size'), expect.stringContaining('some coloured')]);
    const pixels = [...train.images, ...test.images].filter((_, i) => i % 12 === 0).sort((a, b) => a - b);
    expect(pixels).toEqual([10, 20, 30, 60, 70]);
  });

  it('show a background where they are transparent', async () => {
    const half: RawImage = { height: 1, width: 1, channels: 2, pixels: Uint8Array.of(100, 51) };
    const two: RawDataset = { name: 'alpha', train: separate([half, half], [0, 1]), test: separate([half], [0]), problems: [] };
    expect([...(await prepared(two)).train.images]).toEqual([20, 20]);
    expect([...(await prepared(two, { background: 'white' })).train.images]).toEqual([224, 224]);
  });

  it('of 16 bits become bytes', async () => {
    const deep: RawImage = { height: 1, width: 2, channels: 1, pixels: Uint16Array.of(65535, 257 * 7) };
    const two: RawDataset = { name: 'deep', train: separate([deep, deep], [0, 1]), test: separate([deep], [0]), problems: [] };
    expect([...(await prepared(two)).test.images]).toEqual([255, 7]);
  });

  it('are not made large unless that is asked for', async () => {
    const large = separate([grey(300, 200, 1), grey(300, 200, 2)], [0, 1]);
    const photos: RawDataset = { name: 'photos', train: large, test: large, problems: [] };
    expect((await prepared(photos)).shape).toEqual({ height: 96, width: 64, channels: 1 });
    expect((await prepared(photos, { size: { height: 300, width: 200 } })).shape).toMatchObject({ height: 300, width: 200 });
  });

  it('that cannot be read at all are no data set', async () => {
    const broken: RawDataset = {
      name: 'broken',
      train: separate([null, null, grey(1, 1, 1)], [0, 0, 1]),
      test: separate([grey(1, 1, 1)], [1]),
      problems: [],
    };
    await expect(prepare(broken, spec())).rejects.toThrow(/no training image of class 0 can be read; for one, image [01]: it is damaged/);
  });
});

describe('sizes', () => {
  // 0 1 2 3 / 4 5 6 7
  const values = Uint8Array.from({ length: 8 }, (_, i) => i);
  const split = uniform(Uint8Array.from([...values, ...values]), [0, 1], { height: 2, width: 4, channels: 1 });
  const raw: RawDataset = { name: 'sizes', train: split, test: split, problems: [] };
  const first = async (wish: Wish) => [...(await prepared(raw, wish)).train.images.slice(0, 4)];
  const size = { height: 2, width: 2 };

  it('are reached in four ways', async () => {
    expect(await first({ size, fit: 'centre' })).toEqual([1, 2, 5, 6]);
    expect(await first({ size, fit: 'crop' })).toEqual([1, 2, 5, 6]);
    // Half as large it is one row, rounded to the nearest; below is the background.
    expect((await first({ size, fit: 'pad' })).slice(2)).toEqual([0, 0]);
    expect(await first({ size: { height: 4, width: 4 }, fit: 'centre' })).toEqual([0, 0, 0, 0]);
    const stretched = await prepared(raw, { size, fit: 'stretch' });
    expect(stretched.shape).toEqual({ ...size, channels: 1 });
  });

  it('of training and test arrays must agree', async () => {
    const other = uniform(values, [0, 1], { height: 2, width: 2, channels: 1 });
    await expect(prepared({ ...raw, test: other })).rejects.toThrow(/its images are 2 × 2 × 1, but the training images are 2 × 4 × 1/);
    expect((await prepared({ ...raw, test: other }, { size })).test.images).toHaveLength(8);
  });
});

it('a preview shows what the preparation would make, and reads images once', async () => {
  const images = separate([grey(2, 2, 10), grey(2, 2, 20), grey(4, 4, 30), grey(2, 2, 40)], [0, 1, 0, 1]);
  const raw: RawDataset = { name: 'seen', classes: ['a', 'b'], train: images, test: images, problems: [] };
  const previewer = new Previewer(raw);
  const options = { perClass: 2, classes: 10, seed: 1 };
  const wish = { size: { height: 2, width: 2 }, fit: 'stretch' } as const;
  const preview = await previewer.preview(spec(wish), options);
  const reads = images.images.reads;
  const { train } = await prepared(raw, wish);
  expect(preview.images).toHaveLength(4);
  for (const { class: name, before, after } of preview.images) {
    expect(after).toEqual(new Uint8Array(4).fill(before.pixels[0]!));
    expect([...train.images].indexOf(before.pixels[0]!)).toBeGreaterThanOrEqual(0);
    expect(['a', 'b']).toContain(name);
  }
  expect(preview.counts).toEqual([
    { class: 'a', train: 2, test: 2 },
    { class: 'b', train: 2, test: 2 },
  ]);
  const before = images.images.reads;
  await previewer.preview(spec({ ...wish, colour: 'rgb' }), options);
  expect(images.images.reads).toBe(before);
  expect(reads).toBeGreaterThan(0);
});
