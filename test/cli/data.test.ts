/** Data sets at the terminal: `inspect`, and studies on whatever path loads. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { encodeIdx } from '../datasets/idx.ts';
import { decodeNetworkFile } from '../../src/shared/weights-file.ts';
import { readFileSync } from 'node:fs';
import type { StudyResult } from '../../src/shared/study-result.ts';
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
