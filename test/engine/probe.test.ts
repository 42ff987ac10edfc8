import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { probe } from '../../src/engine/analysis/probe.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { JobStopped } from '../../src/engine/io.ts';
import { inputShape, type Dataset } from '../../src/shared/dataset.ts';
import { forecast } from '../../src/shared/forecast/forecast.ts';
import { ProbeOptions } from '../../src/shared/forecast/probe.ts';
import { networkOf, type NetworkFamily } from '../../src/shared/spec/network.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';

let engine: Engine;
let dataset: Dataset;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 1 });
  dataset = await loadDataset(SAMPLE);
});
afterAll(() => engine.dispose());

const io = { shouldStop: () => false };
const options = ProbeOptions.parse({ draws: 2, images: 8 });

async function look(family: Partial<NetworkFamily>) {
  const spec = networkOf(family);
  const found = await probe(spec, dataset, engine.kernels, options, io);
  return { probe: found, ...forecast(spec, inputShape(dataset), found) };
}

it.each<[Partial<NetworkFamily>, string, string | null]>([
  [{ types: 16, dim: 4, depth: 4 }, 'vanishes', 'capsules.2'],
  [{ types: 8, dim: 4, depth: 8 }, 'vanishes', 'capsules.3'],
  [{ types: 16, dim: 16, depth: 2 }, 'stays', null],
  [{ types: 8, dim: 4, depth: 8, squash: 'sensitive' }, 'stays', null],
])('%j: %s', async (family, verdict, vanishesAt) => {
  expect(await look(family)).toMatchObject({ verdict, vanishesAt, basis: 'probe' });
});

it('agrees with the law for one iteration', async () => {
  for (const squash of ['squash', 'sensitive'] as const) {
    const { layers } = await look({ types: 8, dim: 16, depth: 4, iterations: 1, squash });
    for (const { closedForm, probe: found } of layers) expect(Math.abs(found!.mean / closedForm! - 1)).toBeLessThan(0.2);
  }
});

it('changes nothing and gives the same again', async () => {
  const spec = networkOf({ types: 4, dim: 4, depth: 1 });
  const once = await probe(spec, dataset, engine.kernels, options, io);
  expect(await probe(spec, dataset, engine.kernels, options, io)).toEqual(once);
  expect(once.layers.map(({ layer }) => layer)).toEqual(['primary', 'capsules.0', 'classes']);
  expect(once.layers.every(({ mean, sd }) => mean > 0 && sd > 0)).toBe(true);
});

it('does without intermediate layers', async () => {
  const { probe: found, verdict } = await look({ types: 4, dim: 4, depth: 0 });
  expect([found.last, verdict]).toEqual([{ weaker: [], stronger: [] }, 'stays']);
});

it('stops when asked', async () => {
  const spec = networkOf({ types: 4, dim: 4, depth: 1 });
  await expect(probe(spec, dataset, engine.kernels, options, { shouldStop: () => true })).rejects.toThrow(JobStopped);
});
