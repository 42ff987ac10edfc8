/**
 * `node scripts/measure-critical-gain.ts [ratio…]`: measures the critical gain of capsule layers for these N / D, or for all,
 * into the table that forecasts go by, src/shared/forecast/critical-gain.json. All take about twenty minutes on one
 * thread. docs/forecast.md says what the numbers mean and how far they reach.
 *
 * For a length r in (0, 1), let g(r) be the gain with which capsules of the length r are followed by capsules of the same
 * length. The critical gain is the minimum of g over r: with a smaller gain no length is kept, and activity dies with depth.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import type { CriticalGains, CriticalGainTable } from '../src/shared/forecast/critical-gain.ts';
import { Squash } from '../src/shared/spec/network.ts';
import { startEngine } from '../src/trainer/node/engine.ts';
import { drawMatrices, gainKeeping } from './critical-gain/keeping.ts';
import { minimum } from './critical-gain/minimum.ts';

/** Of every N / D two sizes (N, D): the table is from the large one; what the small one gives tells how much the size matters. */
const sizes = [
  { ratio: 1 / 8, large: [8, 64], small: [4, 32] },
  { ratio: 1 / 4, large: [8, 32], small: [4, 16] },
  { ratio: 1 / 2, large: [16, 32], small: [8, 16] },
  { ratio: 1, large: [24, 24], small: [16, 16] },
  { ratio: 2, large: [32, 16], small: [16, 8] },
  { ratio: 4, large: [48, 12], small: [32, 8] },
  { ratio: 8, large: [80, 10], small: [48, 6] },
  { ratio: 16, large: [160, 10], small: [96, 6] },
] as const;
const WINDOW = 3;
const ITERATIONS = [1, 2, 3, 4, 5, 6, 7, 8];
/** A length at which sensitive squash is as good as linear: where nothing longer is kept, g is least towards 0. */
const SHORT = 0.02;

const engine = await startEngine({ engine: 'wasm', threads: 1 });
const file = fileURLToPath(new URL('../src/shared/forecast/critical-gain.json', import.meta.url));
const wanted = process.argv.slice(2).map(Number);
for (const { ratio, large, small } of sizes) {
  if (wanted.length > 0 && !wanted.includes(ratio)) continue;
  const table = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as CriticalGainTable) : [];
  const gains = await criticalGains(large, 1);
  const others = [await criticalGains(small, 2), await criticalGains(small, 3)];
  const spread = forEach((squash, i) => Math.max(...others.map((other) => Math.abs(other[squash][i]! / gains[squash][i]! - 1))));
  const column = { ratio, gains: forEach((squash, i) => gains[squash][i]!), spread };
  const columns = [...table.filter((other) => other.ratio !== ratio), column].sort((a, b) => a.ratio - b.ratio);
  writeFileSync(file, `${JSON.stringify(columns, null, 2)}\n`);
}
engine.dispose();

async function criticalGains([types, dim]: readonly [number, number], seed: number): Promise<CriticalGains> {
  const matrices = drawMatrices({ types, dim, window: WINDOW }, seed);
  const gains: CriticalGains = { squash: [], sensitive: [] };
  for (const squash of Squash.options)
    for (const iterations of ITERATIONS) {
      const arrangement = { squash, iterations, types, dim, window: WINDOW };
      const g = (length: number) => gainKeeping(length, arrangement, engine.kernels.capsules, matrices, seed);
      gains[squash].push(Math.min(await g(SHORT), (await minimum(g, 0.3, 0.95)).value));
    }
  tf.dispose(matrices);
  process.stderr.write(`N ${types}, D ${dim}, seed ${seed}: ${JSON.stringify(gains)}\n`);
  return gains;
}

/** A number for both kinds of squash and all iterations, rounded to what is known of it. */
function forEach(value: (squash: Squash, i: number) => number): CriticalGains {
  const row = (squash: Squash) => ITERATIONS.map((_, i) => Number(value(squash, i).toFixed(3)));
  return { squash: row('squash'), sensitive: row('sensitive') };
}
