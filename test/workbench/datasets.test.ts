/** Data sets from the contract's side: preparing, previewing, asking about damaged files, cancelling. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DatasetSummary, OpenedDataset } from '../../src/shared/contract/index.ts';
import { PreparationSpec } from '../../src/shared/spec/preparation.ts';
import { openBench, temporaryFolder, type Bench } from './fixture.ts';

async function open(folder = temporaryFolder()): Promise<Bench> {
  const bench = await openBench(folder);
  onTestFinished(() => bench.workbench.close());
  return bench;
}

function opened(answer: OpenedDataset): DatasetSummary {
  if (answer.status !== 'opened') throw new Error(`Expected a data set, got ${JSON.stringify(answer)}.`);
  return answer.dataset;
}

/** Folders of PNG files: every image of one value, cats dark and dogs bright; some of another size. */
async function writePhotos(folder: string, perClass = 6): Promise<void> {
  for (const [name, value] of [
    ['cat', 10],
    ['dog', 200],
  ] as const) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const size = i === 0 ? 12 : 8;
      const pixels = Buffer.alloc(size * size, value + i);
      writeFileSync(
        join(folder, name, `${i}.png`),
        await sharp(pixels, { raw: { width: size, height: size, channels: 1 } })
          .toColourspace('b-w')
          .png()
          .toBuffer(),
      );
    }
  }
}

const kept = (folder: string) => (existsSync(join(folder, 'datasets')) ? readdirSync(join(folder, 'datasets')) : []);

describe('a folder of images', () => {
  it('is read with what it leaves open decided, previewed, and prepared otherwise', async () => {
    const folder = temporaryFolder();
    const photos = join(folder, 'photos');
    await writePhotos(photos);
    const { call } = await open(folder);
    const answer = await call('datasets.open', { task: 'a', paths: [photos] });
    const dataset = opened(answer);
    expect(dataset).toMatchObject({
      name: 'photos',
      format: 'image folders',
      classes: ['cat', 'dog'],
      input: { height: 8, width: 8, channels: 1 },
      preparation: { size: { height: 8, width: 8 }, split: { kind: 'fraction' } },
      preparable: true,
    });
    expect(answer).toMatchObject({ notes: [expect.stringContaining('differ in size'), expect.stringContaining('for testing')] });

    const preparation = PreparationSpec.parse({
      size: { height: 4, width: 6 },
      colour: 'rgb',
      background: 'white',
      split: { kind: 'fraction', test: 0.5 },
    });
    const preview = await call('datasets.preview', { fingerprint: dataset.fingerprint, preparation, perClass: 2 });
    if (!preview.ok) throw new Error(preview.message);
    expect(preview).toMatchObject({
      shape: { height: 4, width: 6, channels: 3 },
      counts: [{ class: 'cat', train: 3, test: 3 }, { class: 'dog' }],
    });
    expect(preview.images.map((image) => image.class)).toEqual(['cat', 'cat', 'dog', 'dog']);
    const { before, after } = preview.images[3]!;
    expect([...after!.subarray(0, 6)]).toEqual([255, 255, 255, ...new Array<number>(3).fill(before.pixels[0]!)]);
    const refused = await call('datasets.preview', {
      fingerprint: dataset.fingerprint,
      preparation: { ...preparation, classes: ['cat', 'cow'] },
    });
    expect(refused).toMatchObject({ ok: false, message: expect.stringContaining('no images of a class cow') as string });

    const other = opened(await call('datasets.prepare', { task: 'b', fingerprint: dataset.fingerprint, preparation }));
    expect(other).toMatchObject({ train: 6, test: 6, input: { height: 4, width: 6, channels: 3 }, preparation });
    const [image] = await call('datasets.images', { fingerprint: other.fingerprint, split: 'train', indices: [0] });
    expect([...image!.pixels.subarray(0, 3)]).toEqual([255, 255, 255]);

    // What has been read stays when the files are gone; preparing it otherwise needs them.
    renameSync(photos, join(folder, 'moved'));
    expect(await call('datasets.open', { task: 'c', paths: [photos] })).toMatchObject({ status: 'opened', known: true });
    expect((await call('datasets.list')).find(({ fingerprint }) => fingerprint === dataset.fingerprint)).toMatchObject({
      preparable: false,
    });
    await expect(call('datasets.prepare', { task: 'd', fingerprint: dataset.fingerprint, preparation: {} })).rejects.toThrow(
      /open them again/,
    );
    // The same images from elsewhere are the same data set.
    expect(await call('datasets.open', { task: 'e', paths: [join(folder, 'moved')] })).toMatchObject({
      status: 'opened',
      known: true,
      dataset: { fingerprint: dataset.fingerprint, preparable: true },
    });
  });

  it('with damaged files is asked about; nothing is kept before the answer', async () => {
    const folder = temporaryFolder();
    const photos = join(folder, 'photos');
    await writePhotos(photos);
    for (const name of ['cat/1.png', 'dog/3.png']) writeFileSync(join(photos, name), 'no image at all');
    const { call } = await open(folder);
    const reading = call('datasets.open', { task: 'no', paths: [photos] });
    // Too early; the first call is answered all the same.
    await expect(call('datasets.accept', { task: 'no' })).rejects.toThrow(/waits for no answer/);
    const partial = await reading;
    expect(partial).toMatchObject({ status: 'partial', leftOut: 2, name: 'photos' });
    if (partial.status !== 'partial') return;
    expect(partial.train + partial.test).toBe(10);
    expect(partial.problems.map(({ file }) => file!).sort()).toEqual([join('photos', 'cat', '1.png'), join('photos', 'dog', '3.png')]);
    await call('datasets.cancel', { task: 'no' });
    expect(kept(folder)).toEqual([]);
    await expect(call('datasets.accept', { task: 'no' })).rejects.toThrow(/waits for no answer/);

    expect(await call('datasets.open', { task: 'yes', paths: [photos] })).toMatchObject({ status: 'partial' });
    expect(opened(await call('datasets.accept', { task: 'yes' }))).toMatchObject({ leftOut: 2, classes: ['cat', 'dog'] });
    expect(kept(folder).filter((name) => name.endsWith('.safetensors'))).toHaveLength(1);
    // It is asked again, without being read again.
    rmSync(photos, { recursive: true });
    expect(await call('datasets.open', { task: 'again', paths: [photos] })).toMatchObject({ status: 'partial', leftOut: 2 });
  });

  it('is cancelled in the middle and leaves nothing', async () => {
    const folder = temporaryFolder();
    const photos = join(folder, 'photos');
    await writePhotos(photos, 300);
    const { call, next } = await open(folder);
    const underWay = next('reading', ({ task, stage }) => task === 'a' && stage === 'preparing images');
    const reading = call('datasets.open', { task: 'a', paths: [photos] });
    await underWay;
    await call('datasets.cancel', { task: 'a' });
    expect(await reading).toEqual({ status: 'cancelled' });
    expect(kept(folder)).toEqual([]);
    expect(await call('datasets.list')).toHaveLength(1);
  });
});

it('standardised images are another data set, on which the numbers are known', async () => {
  const { call } = await open();
  const [sample] = await call('datasets.list');
  const made = opened(
    await call('datasets.prepare', {
      task: 'a',
      fingerprint: sample!.fingerprint,
      preparation: { standardise: true, limits: { perClass: 5 } },
    }),
  );
  expect(made).toMatchObject({
    train: 50,
    test: 50,
    standardisation: { mean: [expect.closeTo(0.13, 1)], deviation: [expect.closeTo(0.31, 1)] },
  });
  // Made of the images as they were read, not of those that are left.
  const whole = opened(await call('datasets.prepare', { task: 'b', fingerprint: made.fingerprint, preparation: { standardise: true } }));
  expect(whole).toMatchObject({ train: 10_000, name: 'MNIST sample, standardised' });
});

describe('the same images in another order', () => {
  /** @param order of the files in the ZIP; a folder is read by names. */
  async function both(change: (files: [string, Uint8Array][]) => [string, Uint8Array][]) {
    const folder = temporaryFolder();
    const photos = join(folder, 'photos');
    await writePhotos(photos, 5);
    const files = ['cat', 'dog'].flatMap((name) =>
      readdirSync(join(photos, name)).map((file): [string, Uint8Array] => [
        `${name}/${file}`,
        new Uint8Array(readFileSync(join(photos, name, file))),
      ]),
    );
    const zip = join(folder, 'photos.zip');
    writeFileSync(zip, zipSync(Object.fromEntries(change(files))));
    const { call } = await open(folder);
    const asFolder = opened(await call('datasets.open', { task: 'a', paths: [photos] }));
    const answer = await call('datasets.open', { task: 'b', paths: [zip] });
    return { folder, call, asFolder, answer, asZip: opened(answer) };
  }

  it('are one data set, as a folder and as a ZIP', async () => {
    const { folder, call, asFolder, asZip, answer } = await both((files) => files.reverse());
    expect(asZip).toMatchObject({
      fingerprint: asFolder.fingerprint,
      name: 'photos',
      source: expect.stringMatching(/photos\.zip$/) as string,
    });
    expect(answer).toMatchObject({
      known: true,
      notes: expect.arrayContaining(['These are the images of photos, in another order.']) as string[],
    });
    expect((await call('datasets.list')).filter(({ bundled }) => !bundled)).toHaveLength(1);
    expect(kept(folder).filter((name) => name.endsWith('.safetensors'))).toEqual([`${asFolder.fingerprint}.safetensors`]);
    const images = await call('datasets.images', { fingerprint: asFolder.fingerprint, split: 'train', indices: [0, 1, 2] });
    expect(images).toHaveLength(3);
  });

  it('are two where an image is another one, or of another class', async () => {
    const swapped = await both((files) => {
      const [first, last] = [files[1]!, files.at(-1)!];
      return files.map(([name, bytes]) => [name, name === first[0] ? last[1] : name === last[0] ? first[1] : bytes]);
    });
    expect(swapped.asZip.fingerprint).not.toBe(swapped.asFolder.fingerprint);
    expect(swapped.answer).toMatchObject({ known: false });
    const doubled = await both((files) => files.map(([name, bytes]) => [name, name === 'cat/2.png' ? files[1]![1] : bytes]));
    expect(doubled.asZip.fingerprint).not.toBe(doubled.asFolder.fingerprint);
  });
});

describe('files that fit two readings', () => {
  it('are read the other way when asked, in the preview as well, and the first data set stays', async () => {
    const folder = temporaryFolder();
    const letters = join(folder, 'letters');
    for (const alphabet of ['Greek', 'Latin'])
      for (const letter of ['a', 'b'])
        for (let i = 0; i < 2; i++) {
          mkdirSync(join(letters, alphabet, letter), { recursive: true });
          writeFileSync(
            join(letters, alphabet, letter, `${i}.png`),
            await sharp(Buffer.alloc(16, 40 * i + alphabet.length + letter.charCodeAt(0)), { raw: { width: 4, height: 4, channels: 1 } })
              .toColourspace('b-w')
              .png()
              .toBuffer(),
          );
        }
    const { call } = await open(folder);
    const usual = opened(await call('datasets.open', { task: 'a', paths: [letters] }));
    expect(usual.classes).toEqual(['Greek', 'Latin']);
    expect(usual.readings).toMatchObject([{ about: 'classes', taken: 'outer', options: [{ name: 'outer' }, { name: 'inner' }] }]);
    const preparation = PreparationSpec.parse({ ...usual.preparation, reading: { classes: 'inner' } });
    const preview = await call('datasets.preview', { fingerprint: usual.fingerprint, preparation, perClass: 1 });
    if (!preview.ok) throw new Error(preview.message);
    expect(preview.classes).toEqual(['Greek/a', 'Greek/b', 'Latin/a', 'Latin/b']);
    const other = opened(await call('datasets.prepare', { task: 'b', fingerprint: usual.fingerprint, preparation }));
    expect(other).toMatchObject({
      classes: preview.classes,
      readings: [{ about: 'classes', taken: 'inner' }],
      preparation: { reading: { classes: 'inner' } },
    });
    const back = opened(
      await call('datasets.prepare', { task: 'c', fingerprint: other.fingerprint, preparation: { ...preparation, reading: undefined } }),
    );
    expect(back.fingerprint).toBe(usual.fingerprint);
  });
});
