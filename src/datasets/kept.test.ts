import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { Dataset } from '../shared/dataset.ts';
import { PreparationSpec } from '../shared/spec/preparation.ts';
import { fingerprint } from './fingerprint.ts';
import { encodeDataset, KeptDataset, readKept } from './kept.ts';

const content = {
  name: 'kept',
  shape: { height: 1, width: 2, channels: 1 },
  classes: ['a', 'b'],
  train: { images: Uint8Array.of(1, 2, 3, 4, 5, 6), labels: Uint16Array.of(0, 1, 0) },
  test: { images: Uint8Array.of(7, 8), labels: Uint16Array.of(1) },
  preparation: PreparationSpec.parse({ standardise: true }),
  standardisation: { mean: [0.5], deviation: [0.25] },
};
const dataset: Dataset = { ...content, fingerprint: fingerprint(content) };

function write(): string {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-kept-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'file');
  writeFileSync(path, Buffer.concat(encodeDataset(dataset)));
  return path;
}

it('a data set comes back from its file as it went in', async () => {
  expect(await readKept(write(), { checked: true })).toEqual(dataset);
});

it('a single image and the labels are read from their places', async () => {
  const kept = await KeptDataset.open(write());
  onTestFinished(() => kept.close());
  expect([...(await kept.image('train', 1))]).toEqual([3, 4]);
  expect([...(await kept.image('test', 0))]).toEqual([7, 8]);
  expect([...(await kept.labels('train'))]).toEqual([0, 1, 0]);
  expect(kept.count('train')).toBe(3);
  expect(kept.facts).toMatchObject({ name: 'kept', shape: dataset.shape, fingerprint: dataset.fingerprint });
});

it('a damaged file is refused with a sentence', async () => {
  const path = write();
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  expect((await readKept(path)).train.images).toHaveLength(6);
  await expect(readKept(path, { checked: true })).rejects.toThrow(/has changed since its images were kept; open the data set again/);
  truncateSync(path, bytes.length - 1);
  await expect(readKept(path)).rejects.toThrow(/should end at byte/);
  truncateSync(path, 5);
  await expect(readKept(path)).rejects.toThrow(/it has 5 bytes/);
  await expect(readKept(`${path}.none`)).rejects.toThrow(/cannot be read from/);
});
