/** Data sets at the terminal: `inspect`, and studies on whatever path loads. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { encodeIdx } from '../datasets/idx.ts';
import { decodeNetworkFile } from '../../src/shared/weights-file.ts';
import { readFileSync } from 'node:fs';
import type { StudyResult } from '../../src/shared/study-result.ts';
import { openData } from '../../src/cli/data.ts';
import { networkOf } from '../../src/shared/spec/network.ts';
import { unprepared } from '../../src/shared/spec/preparation.ts';
import { TrainingSpec } from '../../src/shared/spec/training.ts';
import { Store } from '../../src/store/store.ts';
import { addTraining } from '../../src/workbench/plan.ts';
import { capscope } from './capscope.ts';

let folder: string;
let photos: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  photos = join(folder, 'photos');
  for (const [name, value] of [
    ['cat', 10],
    ['dog', 200],
  ] as const) {
    mkdirSync(join(photos, name), { recursive: true });
    for (let i = 0; i < 10; i++) {
      const pixels = Buffer.from(Array.from({ length: 400 }, (_, at) => (value + 7 * i + at) % 256));
      writeFileSync(
        join(photos, name, `${i}.png`),
        await sharp(pixels, { raw: { width: 20, height: 20, channels: 1 } })
          .toColourspace('b-w')
          .png()
          .toBuffer(),
      );
    }
  }
});

describe('inspect', () => {
  it('says what a path holds, and what is wrong with it', async () => {
    writeFileSync(join(photos, 'dog', '3.png'), 'no image');
    const { code, stdout } = await capscope('inspect', photos, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      format: 'image folders',
      train: 15,
      test: 4,
      classes: ['cat', 'dog'],
      shape: [20, 20, 1],
      problems: [{ file: join(photos, 'dog', '3.png'), message: expect.any(String) as string }],
    });
    const text = await capscope('inspect', photos);
    expect(text.stdout).toMatch(/photos: image folders, 15 training and 4 test images of 20 × 20, grey\n/);
    expect(text.stdout).toMatch(
      /Classes: 2 \(cat, dog\), from .*\nSplit: 15 training and 4 test images, divided anew, at random\.\nOrientation: .*\nRange: .*\n/,
    );
    expect(text.stdout).toMatch(/Left out \(1\):\n {2}.*3\.png: /);
  });

  it('names a second data set beside the one that it says it holds', async () => {
    writeFileSync(join(folder, 'train-images-idx3-ubyte'), encodeIdx([4, 2, 2], new Uint8Array(16)));
    writeFileSync(join(folder, 'train-labels-idx1-ubyte'), encodeIdx([4], Uint8Array.of(0, 1, 0, 1)));
    const { code, stdout } = await capscope('inspect', folder, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      format: 'IDX',
      problems: [{ file: photos, message: expect.stringMatching(/^it is another data set \(image folders\) and is left out/) as string }],
    });
  });

  it('ends with code 2 when nothing can be loaded', async () => {
    const nowhere = join(folder, 'nowhere');
    const { code, stdout } = await capscope('inspect', nowhere, '--json');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      name: null,
      format: null,
      train: 0,
      test: 0,
      classes: [],
      shape: null,
      taken: [],
      readings: [],
      notes: [],
      problems: [{ file: null, message: expect.stringMatching(/nowhere: there is no such file or folder$/) as string }],
    });
    expect(await capscope('inspect', nowhere)).toMatchObject({ code: 2, stdout: '' });
  });
});

it('a study runs on a folder of images, prepared; damaged files need a word; what was read is kept', async () => {
  writeFileSync(join(photos, 'cat', '0.png'), 'no image');
  const study = join(folder, 'study.json');
  const preparation = { size: { height: 14, width: 14 }, standardise: true };
  const spec = {
    name: 'photos',
    data: { path: 'photos', preparation },
    networks: [{ types: 2, dim: 4, depth: 1 }],
    epochs: { train: 1, fineTune: 0 },
    training: { batch: 8 },
  };
  writeFileSync(study, JSON.stringify(spec));
  const db = join(folder, 'db', 'capscope.db');
  const run = (...more: string[]) => capscope('study', study, '--db', db, '--threads', '1', '--json', ...more);
  const refused = await run();
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(
    /1 file would be left out:\n.*0\.png: .*\n(.*\n)*capscope: 1 file of the data set would be left out; .* --skip-bad\n$/,
  );

  const { code, stdout } = await run('--skip-bad');
  expect(code).toBe(0);
  const { dataset, runs } = JSON.parse(stdout) as StudyResult;
  expect(dataset).toEqual({ name: 'photos', train: 15, test: 4 });
  const saved = decodeNetworkFile(readFileSync(runs[0]!.weights), 'weights');
  expect(saved).toMatchObject({ input: { height: 14, width: 14, channels: 1 }, preparation, classes: ['cat', 'dog'] });
  expect(saved.standardisation!.mean).toHaveLength(1);
  expect(readdirSync(join(folder, 'db', 'datasets')).filter((name) => name.endsWith('.safetensors'))).toHaveLength(1);

  renameSync(photos, join(folder, 'gone'));
  const again = await run('--skip-bad');
  expect(again.code).toBe(0);
  expect(again.stderr).toMatch(/is no longer there; its images were kept/);
  expect(again.stderr).toMatch(/already finished/);
});

it('knows the images of a folder again in an archive, in whatever order, and leaves alone what runs were trained on', async () => {
  const files = ['dog', 'cat'].flatMap((name) =>
    readdirSync(join(photos, name)).map((file): [string, Uint8Array] => [`${name}/${file}`, readFileSync(join(photos, name, file))]),
  );
  const zip = join(folder, 'photos.zip');
  writeFileSync(zip, zipSync(Object.fromEntries(files.reverse())));
  const at = (db: string) => async (path: string) => {
    const opened = await openData({ paths: [path], preparation: unprepared, skipBad: false, db, ask: false });
    const store = new Store(db);
    await opened.remember(store);
    store.close();
    return opened;
  };
  const open = at(join(folder, 'capscope.db'));
  const asFolder = await open(photos);
  const asZip = await open(zip);
  expect(asZip.dataset.fingerprint).toBe(asFolder.dataset.fingerprint);
  expect(asZip.path).toBe(asFolder.path);
  expect((await asZip.images()).train.labels).toEqual((await asFolder.images()).train.labels);
  expect((await open(zip)).dataset.fingerprint).toBe(asFolder.dataset.fingerprint);

  // A study on the archive that was begun when they were two: its images come back under its own name.
  const db = join(folder, 'other', 'capscope.db');
  const before = await at(db)(zip);
  expect(before.dataset.fingerprint).not.toBe(asFolder.dataset.fingerprint);
  const store = new Store(db);
  const [network, training] = [networkOf({ types: 2, dim: 4, depth: 1 }), TrainingSpec.parse({ epochs: 1 })];
  addTraining(store, { name: 'a', dataset: before.dataset.fingerprint, network, training, seeds: [1], engine: null });
  store.images.remove(before.dataset.fingerprint);
  store.close();
  await at(db)(photos);
  expect((await at(db)(zip)).dataset.fingerprint).toBe(before.dataset.fingerprint);
});
