/** CIFAR's binary batches that are compressed one by one, small files in a ZIP archive, and NumPy's half precision. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPaths } from '../../src/datasets/read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capscope-compressed-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, bytes: Uint8Array): void => writeFileSync(join(folder, name), bytes);
const refusal = (): Promise<string> =>
  readPaths([folder]).then(
    () => 'It was read.',
    (error: unknown) => (error as Error).message.replaceAll(folder + sep, '…/').replaceAll(folder, '…'),
  );

describe('CIFAR’s batches, each in gzip', () => {
  /** An image is its label as red, 100 + its label as green and 200 + its label as blue. */
  const batch = (labels: number[]) =>
    Buffer.concat(labels.flatMap((label) => [Buffer.of(label), ...[0, 100, 200].map((at) => Buffer.alloc(1024, at + label))]));

  it('are read like plain ones, also beside them', async () => {
    write('data_batch_1.bin.gz', gzipSync(batch([3, 1])));
    write('data_batch_2.bin', batch([2]));
    write('test_batch.bin.gz', gzipSync(batch([0])));
    const { format, train, test, problems } = await readPaths([folder]);
    expect({ format, problems }).toEqual({ format: 'CIFAR binary', problems: [] });
    expect([...train.labels, ...test!.labels]).toEqual([3, 1, 2, 0]);
    if (train.images.kind !== 'uniform') throw new Error('The images were not read as an array.');
    expect([...train.images.values.subarray(3072, 3075)]).toEqual([1, 101, 201]);
  });

  it('are refused by name when they are cut, or declare what they do not hold', async () => {
    write('data_batch_1.bin.gz', gzipSync(batch([3, 1]).subarray(0, 4000)));
    expect(await refusal()).toBe("…/data_batch_1.bin.gz: it has 4000 bytes, which is no whole number of CIFAR-10's records of 3073 bytes");
    // Without taking memory for what a few bytes cannot hold.
    for (const [level, images] of [
      [9, 3],
      [0, 3],
      [0, 2 ** 20],
    ] as const) {
      const lying = gzipSync(batch([3, 1]), { level });
      lying.writeUInt32LE(3073 * images, lying.length - 4);
      write('data_batch_1.bin.gz', lying);
      expect(await refusal()).toBe('…/data_batch_1.bin.gz: it is damaged: its gzip data cannot be decompressed');
    }
  });
});

it('the beginnings of small files in a ZIP archive are read without opening it anew for each, which Node warned of', async () => {
  const image = (i: number, width: number) =>
    sharp(Buffer.from(Array.from({ length: 3 * width ** 2 }, (_, k) => Math.imul(k + 1, 2654435761 + 2 * i) >>> 24)), {
      raw: { width, height: width, channels: 3 },
    })
      .png()
      .toBuffer();
  const files: Record<string, Uint8Array> = {};
  // Some need 1 kB for their beginning and have a little more, some have far more.
  for (let i = 0; i < 24; i++) files[`${'ab'[i % 2]!}/${i}.png`] = await image(i, i < 16 ? 22 : 60);
  write('images.zip', zipSync(files));
  const warnings: string[] = [];
  const warned = ({ message }: Error) => warnings.push(message);
  process.on('warning', warned);
  const { train } = await readPaths([folder]);
  await setImmediate();
  process.off('warning', warned);
  expect([train.labels.length, warnings]).toEqual([24, []]);
});

describe('NumPy’s half precision', () => {
  function npy(descr: string, shape: number[], data: Uint8Array): Buffer {
    const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }\n`;
    return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length, 0]), Buffer.from(header), data]);
  }
  // 0, 1, a half, a quarter, the smallest number and the largest below 1.
  const bits = Uint16Array.of(0x0000, 0x3c00, 0x3800, 0x3400, 0x0001, 0x3bff, 0x3c00, 0x0000);
  const expected = [0, 1, 0.5, 0.25, 2 ** -24, 1 - 2 ** -11, 1, 0];

  it.each(['<f2', '>f2'])('is read as what it stands for: %s', async (descr) => {
    const data = Buffer.from(bits.slice().buffer);
    write('x.npy', npy(descr, [2, 2, 2], descr === '>f2' ? data.swap16() : data));
    write('y.npy', npy('|u1', [2], Uint8Array.of(0, 1)));
    const { format, train } = await readPaths([folder]);
    expect(format).toBe('NumPy');
    expect(train.images).toMatchObject({ kind: 'uniform', count: 2, height: 2, width: 2, channels: 1, range: [0, 1] });
    if (train.images.kind !== 'uniform') return;
    expect([...train.images.values]).toEqual(expected);
  });
});
