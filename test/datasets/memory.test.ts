/** What reading image files leaves to the garbage collector. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { readPaths } from '../../src/datasets/read.ts';

it('pixels that have been used give their memory to the next ones', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-memory-'));
  try {
    const side = 512;
    const image = await sharp({ create: { width: side, height: side, channels: 3, background: '#777' } })
      .toColourspace('b-w')
      .png()
      .toBuffer();
    for (const name of ['a', 'b']) mkdirSync(join(folder, name));
    // Four mebibytes of pixels, which are handed over at once, have sixteen images.
    const threads = Math.min(availableParallelism(), 16);
    const count = 16 * (3 * threads + 4);
    for (let i = 0; i < count; i++) writeFileSync(join(folder, i % 2 === 0 ? 'a' : 'b', `${i}.png`), image);
    const { train } = await readPaths([folder]);
    if (train.images.kind !== 'separate') throw new Error('The images were read as an array.');
    const buffers = new Set<ArrayBufferLike>();
    let images = 0;
    for await (const read of train.images.read()) {
      if ('problem' in read) throw new Error(read.problem.message);
      buffers.add(read.image.pixels.buffer);
      images++;
      expect(read.image.pixels[side]).toBe(0x77);
    }
    expect(images).toBe(count);
    expect(buffers.size).toBeGreaterThan(2 * threads + 2);
    const left = [...buffers].filter((buffer) => !(buffer as ArrayBuffer).detached);
    // Each thread has one in hand and has answered with another.
    expect(left.length).toBeLessThanOrEqual(2 * threads + 1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
