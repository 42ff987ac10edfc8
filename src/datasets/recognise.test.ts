import { describe, expect, it } from 'vitest';
import { contentDigest } from './recognise.ts';

const shape = { height: 2, width: 2, channels: 1 };
const split = (images: number[], labels: number[]) => ({ ...shape, images: Uint8Array.from(images), labels: Uint16Array.from(labels) });

describe('contentDigest', () => {
  const digest = contentDigest([split([1, 2, 3, 4, 5, 6, 7, 8], [0, 1])]);

  it('does not depend on order and split', () => {
    expect(contentDigest([split([5, 6, 7, 8, 1, 2, 3, 4], [1, 0])])).toBe(digest);
    expect(contentDigest([split([5, 6, 7, 8], [1]), split([1, 2, 3, 4], [0])])).toBe(digest);
  });

  it('depends on every pixel, its place and the label', () => {
    const others = [
      split([1, 2, 3, 4, 5, 6, 7, 9], [0, 1]),
      split([2, 1, 3, 4, 5, 6, 7, 8], [0, 1]),
      split([1, 2, 3, 4, 5, 6, 7, 8], [1, 0]),
      split([1, 2, 3, 4, 5, 6, 7, 8], [0, 2]),
    ].map((other) => contentDigest([other]));
    expect(new Set([digest, ...others]).size).toBe(5);
  });

  it('reads images that start anywhere in their memory', () => {
    const memory = Uint8Array.from([0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(contentDigest([{ ...shape, images: memory.subarray(3), labels: Uint16Array.from([0, 1]) }])).toBe(digest);
  });
});
