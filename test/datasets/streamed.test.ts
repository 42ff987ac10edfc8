/** Arrays that are too large to be held give, read part by part, what they give when they are held. */
import { closeSync, ftruncateSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/datasets/formats/reader.ts';
import { loadPaths, loadRaw } from '../../src/datasets/load.ts';
import { unprepared } from '../../src/shared/spec/preparation.ts';
import { unpackFixtures } from './fixtures.ts';

const { folder, remove } = unpackFixtures();
const published = unpackFixtures(fileURLToPath(new URL('./published.bin', import.meta.url)));
renameSync(published.folder, join(folder, 'published'));
afterAll(remove);

const none = { ...defaultLimits, heldBytes: 0 };

describe('part by part', () => {
  it.each([
    'mnist/idx',
    'mnist/idx-gz',
    'mnist/idx-nameless',
    'mnist/idx.tar.gz',
    'published/idx-of-0-and-1/data',
    'mnist/npy',
    'mnist/npz-keras.npz',
    'mnist/npz-float32.npz',
    'mnist/npz-int64.npz',
    'mnist/npz-flat.npz',
    'mnist/mat73.mat',
    'cifar/npz-channels-first.npz',
    'cifar/npz-planes.npz',
    'cifar/mat73.mat',
    'published/npz-transparency/data',
    'published/npy-shards/data',
    'published/npy-a-class-each/data',
    'published/json-a-class-each/data',
    'published/json-a-class-each-without-rows/data',
    'published/hdf5-half-floats/data',
    'published/range-0-to-16/data',
    'published/range-12-bits/data',
    'published/range-a-little-below/data',
    'published/range-of-two-kinds/data',
  ])('%s', async (path) => {
    const paths = [join(folder, path)];
    const [held, streamed] = [await loadPaths(paths), await loadPaths(paths, { limits: none })];
    expect((await loadRaw(paths, { limits: none })).train.images.kind).toBe('streamed');
    expect(streamed.dataset.fingerprint).toBe(held.dataset.fingerprint);
    expect([...streamed.taken, ...streamed.notes]).toEqual([...held.taken, ...held.notes]);
    expect(streamed.readings).toEqual(held.readings);
  });

  it('a few images are read without the others, and turned where that is asked for', async () => {
    const preparation = { ...unprepared, limits: { train: 12, test: 10, perClass: null }, reading: { orientation: 'turned' } };
    const paths = [join(folder, 'mnist/npz-keras.npz')];
    const [held, streamed] = [await loadPaths(paths, { preparation }), await loadPaths(paths, { preparation, limits: none })];
    expect(streamed.dataset.train.labels).toHaveLength(12);
    expect(streamed.dataset.fingerprint).toBe(held.dataset.fingerprint);
  });
});

it('safetensors', async () => {
  const [count, side] = [12, 5];
  const pixels = Float32Array.from({ length: count * side * side }, (_, i) => (i * 37) % 256);
  const header = JSON.stringify({
    labels: { dtype: 'U8', shape: [count], data_offsets: [0, count] },
    images: { dtype: 'F32', shape: [count, side, side], data_offsets: [count, count + pixels.byteLength] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const path = join(folder, 'few.safetensors');
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 2);
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), labels, Buffer.from(pixels.buffer)]));
  const [held, streamed] = [await loadPaths([path]), await loadPaths([path], { limits: none })];
  expect(new Set(held.dataset.train.images).size).toBeGreaterThan(100);
  expect(streamed.dataset.fingerprint).toBe(held.dataset.fingerprint);
});

/** An NPY file of which only the beginning and the end are on disk. */
function sparse(path: string, type: string, shape: number[], bytes: number, [first, last]: [Buffer, Buffer]): void {
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8, ...Buffer.from(header)]);
  const file = openSync(path, 'w');
  writeSync(file, Buffer.concat([start, first]));
  ftruncateSync(file, start.length + bytes);
  writeSync(file, last, 0, last.length, start.length + bytes - last.length);
  closeSync(file);
}

it('an array of more than 2 GiB is read as far as its last image', { timeout: 120_000 }, async () => {
  const [count, side] = [1200, 1024];
  const place = join(folder, 'sparse');
  sparse(`${place}-images.npy`, '|u1', [count, side, 2 * side], count * side * 2 * side, [
    Buffer.alloc(1, 255),
    Buffer.alloc(side * side, 200),
  ]);
  const labels = Buffer.from(Uint8Array.from({ length: count }, (_, i) => Number(i === count - 1 || i === 1)));
  sparse(`${place}-labels.npy`, '|u1', [count], count, [Buffer.alloc(0), labels]);
  const preparation = {
    ...unprepared,
    size: { height: 4, width: 4 },
    fit: 'stretch' as const,
    limits: { train: null, test: null, perClass: 2 },
  };
  const { dataset } = await loadPaths([`${place}-images.npy`, `${place}-labels.npy`], { preparation });
  // The last image is black above and light below.
  const { images, labels: classes } = [dataset.train, dataset.test].find(({ images: all }) => all.some((value) => value > 0))!;
  const one = classes.indexOf(1);
  expect([...images.subarray(16 * one, 16 * one + 16)].map((value) => Number(value > 100))).toEqual([
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
  ]);
});
