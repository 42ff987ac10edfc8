import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { criticalGain } from '../../src/shared/forecast/critical-gain.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { drawCapsules, drawMatrices, gainKeeping, lengthsOf, parentsOf, type Arrangement } from './keeping.ts';
import { minimum } from './minimum.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 1 });
});
afterAll(() => engine.dispose());

const arrangement: Arrangement = { squash: 'squash', iterations: 1, types: 16, dim: 16, window: 3 };

it('finds the vertex of a valley, also at the end of the interval', async () => {
  const found = await minimum((x) => Promise.resolve((x - 0.62) ** 2 + 3), 0.3, 0.95);
  expect(found.x).toBeCloseTo(0.62, 6);
  expect(found.value).toBeCloseTo(3, 9);
  expect((await minimum((x) => Promise.resolve(x), 0.3, 0.95)).value).toBeCloseTo(0.3, 1);
});

describe('the gain that keeps a length', () => {
  it('is that of the law with one iteration', async () => {
    const matrices = drawMatrices(arrangement, 5);
    const keeping = (length: number, squash: Arrangement['squash']) =>
      gainKeeping(length, { ...arrangement, squash }, engine.kernels.capsules, matrices, 5);
    // r = g·r² / (1 + g·r²), and r = 1 − exp(−√g · r)
    for (const r of [0.4, 0.5, 0.6]) expect((await keeping(r, 'squash')) * r * (1 - r)).toBeCloseTo(1, 1);
    for (const r of [0.02, 0.3]) expect((await keeping(r, 'sensitive')) / (Math.log(1 - r) / r) ** 2).toBeCloseTo(1, 1);
  });
});

it.each([
  ['squash', 2],
  ['squash', 3],
  ['squash', 8],
  ['sensitive', 5],
] as const)('above the table’s gain activity stays, below it dies: %s, %i iterations', async (squash, iterations) => {
  const cell = { ...arrangement, squash, iterations };
  const matrices = drawMatrices(cell, 6);
  const after40 = async (gain: number) => {
    let capsules = drawCapsules(cell, 6);
    let scales = lengthsOf(capsules, cell.dim).map((length) => 0.7 / length);
    for (let layer = 0; layer < 40; layer++) {
      capsules = await parentsOf(capsules, scales, gain, cell, engine.kernels.capsules, matrices[layer % matrices.length]!);
      scales = scales.map(() => 1);
    }
    return Math.min(...lengthsOf(capsules, cell.dim));
  };
  const critical = criticalGain(squash, iterations, { outTypes: cell.types, outDim: cell.dim });
  expect(await after40(1.2 * critical)).toBeGreaterThan(0.3);
  expect(await after40(0.8 * critical)).toBeLessThan(0.01);
});
