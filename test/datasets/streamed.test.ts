/** Arrays that are too large to be held give, read part by part, what they give when they are held. */
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
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
    'mnist/mat5-svhn',
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

const [count, side] = [12, 5];
const fewPixels = Buffer.from(Uint8Array.from({ length: count * side * side }, (_, i) => (i * 37) % 256));
const fewLabels = Buffer.from(Uint8Array.from({ length: count }, (_, i) => i % 2));
const latin1 = (text: string) => Buffer.from(text, 'latin1');

it('safetensors', async () => {
  const pixels = Float32Array.from({ length: count * side * side }, (_, i) => (i * 37) % 256);
  const header = JSON.stringify({
    labels: { dtype: 'U8', shape: [count], data_offsets: [0, count] },
    images: { dtype: 'F32', shape: [count, side, side], data_offsets: [count, count + pixels.byteLength] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const path = join(folder, 'few.safetensors');
  writeFileSync(path, Buffer.concat([length, Buffer.from(header), fewLabels, Buffer.from(pixels.buffer)]));
  const [held, streamed] = [await loadPaths([path]), await loadPaths([path], { limits: none })];
  expect(new Set(held.dataset.train.images).size).toBeGreaterThan(100);
  expect(streamed.dataset.fingerprint).toBe(held.dataset.fingerprint);
});

/** What is in these files is the same when it is not held. */
async function expectStreamed(files: Record<string, Buffer>): Promise<void> {
  const place = mkdtempSync(join(folder, 'few-'));
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(join(place, name, '..'), { recursive: true });
    writeFileSync(join(place, name), bytes);
  }
  const [held, streamed] = [await loadPaths([place]), await loadPaths([place], { limits: none })];
  expect((await loadRaw([place], { limits: none })).train.images.kind).toBe('streamed');
  expect(new Set(held.dataset.train.images).size).toBeGreaterThan(100);
  expect(streamed.dataset.fingerprint).toBe(held.dataset.fingerprint);
}

it('pickled arrays', async () => {
  const array = (name: string, shape: string, elements: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(elements.length);
    return [
      latin1(`U${String.fromCharCode(name.length)}${name}cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tU\x01btR`),
      latin1(`(K\x01(${shape}tcnumpy\ndtype\n(U\x02u1K\0K\x01tR(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb\x89T`),
      length,
      elements,
      latin1('tb'),
    ];
  };
  const pickle = [
    latin1('\x80\x02}('),
    ...array('images', 'K\x0cK\x05K\x05', fewPixels),
    ...array('labels', 'K\x0c', fewLabels),
    latin1('u.'),
  ];
  await expectStreamed({ 'few.pkl': Buffer.concat(pickle) });
});

it("PyTorch's tensors", async () => {
  const tensor = (name: string, key: number, shape: string, strides: string) =>
    `X${String.fromCharCode(name.length)}\0\0\0${name}ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nByteStorage\nX\x01\0\0\0${key}X\x03\0\0\0cpuK\x01tQ` +
    `K\0(${shape}t(${strides}t\x89ccollections\nOrderedDict\n)RtR`;
  const pickle = `\x80\x02}(${tensor('images', 0, 'K\x0cK\x05K\x05', 'K\x19K\x05K\x01')}${tensor('labels', 1, 'K\x0c', 'K\x01')}u.`;
  await expectStreamed({ 'few/data.pkl': latin1(pickle), 'few/data/0': fewPixels, 'few/data/1': fewLabels });
});

it.each([false, true])("MATLAB's arrays, compressed: %s", async (compressed) => {
  const element = (type: number, data: Buffer) => {
    const tag = Buffer.alloc(8);
    tag.writeUInt32LE(type);
    tag.writeUInt32LE(data.length, 4);
    return Buffer.concat([tag, data, Buffer.alloc(type === 15 ? 0 : -data.length & 7)]);
  };
  const numbers = (...of: number[]) => Buffer.from(Uint32Array.from(of).buffer);
  const array = (name: string, shape: number[], data: Buffer) => {
    const whole = element(
      14,
      Buffer.concat([element(6, numbers(9, 0)), element(5, numbers(...shape)), element(1, latin1(name)), element(2, data)]),
    );
    return compressed ? element(15, deflateSync(whole)) : whole;
  };
  const header = Buffer.concat([latin1('MATLAB 5.0 MAT-file'.padEnd(124)), Buffer.from([0, 1]), latin1('IM')]);
  await expectStreamed({
    'few.mat': Buffer.concat([header, array('X', [side, side, count], fewPixels), array('y', [1, count], fewLabels)]),
  });
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
