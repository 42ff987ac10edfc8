import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it, vi } from 'vitest';
import { randomStream } from '../../../shared/random.ts';
import { nuclearNormLosses, type RowMajorMatrix } from './nuclear-norm.ts';

const decompositions = vi.hoisted(() => vi.fn());
vi.mock(import('ml-matrix'), async (original) => {
  const real = await original();
  class Counted extends real.SingularValueDecomposition {
    constructor(...args: ConstructorParameters<typeof SingularValueDecomposition>) {
      super(...args);
      decompositions();
    }
  }
  return { ...real, SingularValueDecomposition: Counted };
});

const random = randomStream(7, 'nuclear norm');

function fill(rows: number, columns: number, value: (row: number, column: number) => number): RowMajorMatrix {
  return { rows, columns, data: Float64Array.from({ length: rows * columns }, (_, i) => value(Math.floor(i / columns), i % columns)) };
}

function nuclearNorm(matrix: Matrix): number {
  const options = { computeLeftSingularVectors: false, computeRightSingularVectors: false, autoTranspose: true };
  return new SingularValueDecomposition(matrix, options).diagonal.reduce((sum, sigma) => sum + sigma, 0);
}

/** The definition: one decomposition per row. */
function byDefinition({ rows, columns, data }: RowMajorMatrix): number[] {
  const matrix = Matrix.from1DArray(rows, columns, Array.from(data));
  const full = nuclearNorm(matrix);
  return Array.from({ length: rows }, (_, row) => full - nuclearNorm(matrix.clone().setRow(row, new Array<number>(columns).fill(0))));
}

function expectLossesByDefinition(matrix: RowMajorMatrix): void {
  const expected = byDefinition(matrix);
  const scale = Math.max(...expected, Number.MIN_VALUE);
  const errors = Array.from(nuclearNormLosses(matrix), (loss, i) => Math.abs(loss - expected[i]!) / scale);
  expect(Math.max(...errors)).toBeLessThan(1e-7);
}

describe('nuclearNormLosses', () => {
  it.each([
    [1, 1],
    [1, 7],
    [7, 1],
    [5, 9],
    [9, 9],
    [30, 6],
  ])('follows the definition for %i × %i', (rows, columns) => {
    expectLossesByDefinition(fill(rows, columns, () => Math.max(0, random.normal())));
  });

  it('follows the definition for matrices of low rank', () => {
    const [left, right] = [fill(20, 3, () => random.normal()), fill(3, 12, () => random.normal())];
    const entry = (row: number, column: number) =>
      [0, 1, 2].reduce((sum, k) => sum + left.data[row * 3 + k]! * right.data[k * 12 + column]!, 0);
    expectLossesByDefinition(fill(20, 12, entry));
  });

  it('follows the definition for equal singular values', () => {
    expectLossesByDefinition(fill(6, 6, (row, column) => (row === column ? 1 : 0)));
    expectLossesByDefinition(fill(8, 4, (row, column) => (row % 4 === column ? 2 : 0)));
  });

  it('follows the definition for rows of very different size', () => {
    expectLossesByDefinition(fill(12, 10, (row) => 10 ** (row - 8) * random.normal()));
  });

  it('follows the definition with zero, constant and repeated rows', () => {
    const kinds = (row: number, column: number) => [0, 0.3, Math.sin(column), random.float()][row % 4]!;
    expectLossesByDefinition(fill(16, 10, kinds));
  });

  it('gives exactly 0 for rows of zeros, and for a matrix of zeros', () => {
    const matrix = fill(6, 5, (row) => (row % 2 ? 0 : random.normal()));
    expect(Array.from(nuclearNormLosses(matrix)).filter((_, row) => row % 2)).toEqual([0, 0, 0]);
    expect(Array.from(nuclearNormLosses(fill(3, 4, () => 0)))).toEqual([0, 0, 0]);
  });

  it('decomposes a layer of 192 channels and 36 positions once, not once per channel', () => {
    const matrix = fill(192, 36, () => Math.max(0, random.normal()));
    decompositions.mockClear();
    nuclearNormLosses(matrix);
    expect(decompositions).toHaveBeenCalledTimes(1);
    expectLossesByDefinition(matrix);
  });

  it('refuses what is not a finite number', () => {
    for (const value of [NaN, Infinity])
      expect(() => nuclearNormLosses(fill(2, 2, (row) => (row ? value : 1)))).toThrow('not finite numbers');
  });
});
