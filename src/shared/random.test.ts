import { describe, expect, it } from 'vitest';
import { permutation, randomStream } from './random.ts';

describe('randomStream', () => {
  it('gives the same numbers for the same seed and labels, others otherwise', () => {
    const draw = (seed: number, ...labels: (string | number)[]) => Array.from({ length: 8 }, randomStream(seed, ...labels).float);
    expect(draw(1, 'shift', 3)).toEqual(draw(1, 'shift', 3));
    expect(draw(1, 'shift', 3)).not.toEqual(draw(1, 'shift', 4));
    expect(draw(1, 'shift', 3)).not.toEqual(draw(2, 'shift', 3));
    expect(draw(1, 'order', 3)).not.toEqual(draw(1, 'shift', 3));
  });

  it('draws normals with mean 0, variance 1 and the tails of a normal', () => {
    const random = randomStream(7, 'normal');
    const values = Array.from({ length: 50_000 }, () => random.normal());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const beyondTwo = values.filter((v) => Math.abs(v) > 2).length / values.length;
    expect(Math.abs(beyondTwo - 0.0455)).toBeLessThan(0.005);
  });
});

describe('permutation', () => {
  it('holds every index once and puts each anywhere', () => {
    const order = permutation(1000, randomStream(1, 'order'));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const firsts = new Set(Array.from({ length: 200 }, (_, seed) => permutation(5, randomStream(seed, 'order'))[0]));
    expect(firsts.size).toBe(5);
  });
});
