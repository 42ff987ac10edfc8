/** `capscope predict`: what a network says to files is what it said to the same images when it was tested. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readKept } from '../../src/datasets/kept.ts';
import { decodeWeights } from '../../src/shared/safetensors.ts';
import { longestClasses } from '../../src/shared/ties.ts';
import { capscope } from '../cli/capscope.ts';
import { thawed } from '../frozen/frozen-folder.ts';
import { openStore } from '../store/fixtures.ts';

interface Printed {
  images: { file: string; class: string | null; length: number; lengths: Record<string, number>; height: number }[];
  problems: { file: string; problem: string }[];
}

it('reads files and folders through the preparation of the run', async () => {
  const home = thawed();
  const store = openStore(home);
  const run = store.runs().find(({ status, spec }) => status === 'finished' && spec.pruning !== null)!;
  const { file } = store.images.find(run.dataset)!;
  const { test, shape, classes } = await readKept(join(home, 'datasets', file!));
  const { height, width, channels } = shape;
  const folder = join(home, 'photos', 'deeper');
  mkdirSync(folder, { recursive: true });
  const size = height * width * channels;
  const raw = (i: number) => sharp(test.images.subarray(i * size, (i + 1) * size), { raw: { width, height, channels: channels as 1 } });
  for (const i of [0, 1, 2])
    await raw(i)
      .png()
      .toFile(join(folder, `${i}.png`));
  // Every pixel twice along each side, and in colour: made smaller and grey again, it is the image that it was.
  const options = { kernel: 'nearest', fit: 'fill' } as const;
  await raw(0)
    .resize(2 * width, 2 * height, options)
    .toColourspace('srgb')
    .png()
    .toFile(join(home, 'photos', 'larger.png'));
  writeFileSync(join(home, 'photos', 'notes.txt'), 'no image');
  writeFileSync(join(home, 'photos', 'broken.png'), Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'));
  writeFileSync(join(home, 'photos', 'page.png'), 'no image, whatever its name says');

  const csv = join(home, 'said.csv');
  const { code, stdout } = await capscope(
    'predict',
    run.id,
    join(home, 'photos'),
    '--csv',
    csv,
    '--json',
    '--engine',
    'wasm',
    '--db',
    store.path,
  );
  const { images, problems } = JSON.parse(stdout) as Printed;
  expect(code).toBe(1);
  expect(problems).toEqual([
    { file: join(home, 'photos', 'page.png'), problem: 'it is not an image, whatever its name says' },
    { file: join(home, 'photos', 'broken.png'), problem: 'it is truncated: its last chunk, IEND, is missing; expected a whole file' },
  ]);
  expect(images.map((image) => [image.file, image.height])).toEqual([
    ...[0, 1, 2].map((i) => [join(folder, `${i}.png`), height]),
    [join(home, 'photos', 'larger.png'), 2 * height],
  ]);

  const activity = store.files.find(run.id, 'activity')!;
  const { data } = decodeWeights(store.files.read(activity), 'activity').weights.get('classes')!;
  for (const i of [0, 1, 2]) {
    const lengths = data.subarray(i * classes.length, (i + 1) * classes.length);
    const [longest, tied] = longestClasses(lengths);
    expect(images[i]!.class).toBe(tied === undefined ? classes[longest!] : null);
    for (const [c, name] of classes.entries()) expect(images[i]!.lengths[name]).toBeCloseTo(lengths[c]!, 5);
  }
  expect(images[3]!.class).toBe(images[0]!.class);
  const lines = readFileSync(csv, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toBe(['file', 'class', 'length', ...classes.map((name) => `length of ${name}`)].join(','));
  expect(lines).toHaveLength(5);
});

it('refuses what is no image, and a run without weights, in a line', async () => {
  const home = thawed();
  const store = openStore(home);
  const finished = store.runs().find(({ status }) => status === 'finished')!;
  const notes = join(home, 'notes.txt');
  writeFileSync(notes, 'no image');
  const refused = await capscope('predict', finished.id, notes, '--db', store.path);
  expect([refused.code, refused.stderr]).toEqual([2, `capscope: ${notes}: it is no image\n`]);
  const unfinished = store.runs().find(({ status }) => status !== 'finished')!;
  const without = await capscope('predict', unfinished.id, notes, '--db', store.path);
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining(`is ${unfinished.status}; expected one that has finished`)]);
});
