/** Data sets laid out as they are published: every image comes out with its class and in its part, or a sentence says why not. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPaths } from '../../src/datasets/load.ts';
import type { Dataset, Split } from '../../src/shared/dataset.ts';
import { unpackFixtures } from './fixtures.ts';

interface Expected {
  /** Class and digest of the pixels of each image; where no image is for testing, all of them are in `train`. */
  train: [string, string][];
  test: [string, string][];
  notes?: string[];
  refused?: string;
  /** The pixels are not the same in every decoder: only the classes are compared. */
  counts?: true;
}

const { folder, remove } = unpackFixtures(fileURLToPath(new URL('./published.bin', import.meta.url)));
afterAll(remove);

function imagesOf({ shape: { height, width, channels }, classes }: Dataset, { images, labels }: Split): string[] {
  const size = height * width * channels;
  const digest = (i: number) =>
    createHash('sha256')
      .update(images.subarray(i * size, (i + 1) * size))
      .digest('hex')
      .slice(0, 16);
  return Array.from(labels, (label, i) => `${classes[label]!} ${digest(i)}`);
}

describe('published as', () => {
  it.each(readdirSync(folder))('%s', async (name) => {
    const {
      train,
      test,
      notes: wanted = [],
      refused,
      counts = false,
    } = JSON.parse(readFileSync(join(folder, name, 'expected.json'), 'utf8')) as Expected;
    const loading = loadPaths([join(folder, name, 'data')]);
    if (refused !== undefined) {
      await expect(loading).rejects.toThrow(refused);
      return;
    }
    const { dataset, taken, notes, problems } = await loading;
    expect(problems).toEqual([]);
    const said = [...taken, ...notes].join('\n');
    for (const note of wanted) expect(said).toContain(note);
    const lines = (images: [string, string][]) => images.map((image) => (counts ? image[0] : image.join(' '))).sort();
    const ofSplit = (split: Split) => imagesOf(dataset, split).map((image) => (counts ? image.split(' ')[0]! : image));
    const [trained, tested] = [ofSplit(dataset.train), ofSplit(dataset.test)];
    if (test.length === 0) expect([...trained, ...tested].sort()).toEqual(lines(train));
    else {
      expect(trained.sort()).toEqual(lines(train));
      expect(tested.sort()).toEqual(lines(test));
    }
  });
});
