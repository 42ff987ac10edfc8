import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../shared/random.ts';
import { importance, type ImportanceInput } from './index.ts';

function inputOf(maps: number[][][], filters: number[][] = maps[0]!.map(() => [0])): ImportanceInput {
  return {
    maps: maps.map((rows) => ({ channels: rows.length, positions: rows[0]!.length, data: Float32Array.from(rows.flat()) })),
    filters: { shape: [filters.length, filters[0]!.length, 1, 1], data: Float32Array.from(filters.flat()) },
    random: randomStream(3, 'importance'),
  };
}

describe('chip', () => {
  it('is the length of the map when maps are orthogonal, averaged over batches', () => {
    const batches = [
      [
        [3, 0, 0],
        [0, 2, 0],
      ],
      [
        [1, 0, 0],
        [0, 0, 0],
      ],
    ];
    expect(importance.chip(inputOf(batches))).toEqual([expect.closeTo(2, 9), expect.closeTo(1, 9)]);
  });

  it('rounds maps to four decimals first', () => {
    expect(importance.chip(inputOf([[[0.00004, 0.00004], [1.00004, 0]]]))).toEqual([0, expect.closeTo(1, 12)]); // prettier-ignore
  });

  it('finds copies less important than maps of their own', () => {
    const [copy, other, own] = importance.chip(inputOf([[[1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0]]])); // prettier-ignore
    expect(copy).toBeCloseTo(Math.SQRT2 - 1, 9);
    expect(other).toBeCloseTo(Math.SQRT2 - 1, 9);
    expect(own).toBeCloseTo(1, 9);
  });
});

describe('ccm', () => {
  it('is 1 − the mean absolute correlation with the other channels', () => {
    const rising = [1, 2, 3, 4];
    const falling = [8, 6, 4, 2];
    const unrelated = [1, -1, -1, 1];
    const scores = importance.ccm(inputOf([[rising, falling, unrelated]]));
    expect(scores).toEqual([expect.closeTo(0.5, 6), expect.closeTo(0.5, 6), expect.closeTo(1, 6)]);
  });

  it('sends constant maps first', () => {
    expect(importance.ccm(inputOf([[[0.7, 0.7, 0.7], [0, 0, 0], [1, 2, 4]]]))).toEqual([0, 0, 1]); // prettier-ignore
    expect(importance.ccm(inputOf([[[1, 2, 4]]]))).toEqual([1]);
  });
});

describe('activation, l1 and random', () => {
  it('activation is the L2 norm of the map, averaged over batches', () => {
    expect(importance.activation(inputOf([[[3, 4], [0, 0]], [[0, 1], [0, 2]]]))).toEqual([3, 1]); // prettier-ignore
  });

  it('l1 is the sum of absolute filter weights', () => {
    expect(importance.l1(inputOf([[[0], [0]]], [[1, -2, 0.5], [0, 0, -0.25]]))).toEqual([3.5, 0.25]); // prettier-ignore
  });

  it('random depends on the seed alone', () => {
    const maps = [[[1], [2], [3]]];
    const scores = importance.random(inputOf(maps));
    expect(scores).toHaveLength(3);
    expect(new Set(scores).size).toBe(3);
    expect(importance.random(inputOf(maps))).toEqual(scores);
    expect(importance.random({ ...inputOf(maps), random: randomStream(4, 'importance') })).not.toEqual(scores);
  });
});
