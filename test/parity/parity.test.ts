/** Every engine that this machine has computes what `wasm` computes, to 1e-4 of the largest element. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeWeights } from '../../src/shared/safetensors.ts';
import { tensorflowFolder } from '../../src/store/location.ts';
import { relativeError } from '../network/golden.ts';
import { openBuiltPage } from '../built-page.ts';
import { lackOfChromium, webgpuOptions } from '../chromium.ts';
import { needs, type Lack } from '../needs.ts';
import { lackOfSwiftShader } from '../swiftshader.ts';
import type {} from './page/results.ts';
import { STEPS, type Results } from './problem.ts';

const TOLERANCE = 1e-4;
const PATIENCE = 300_000;

const lackOfTensorflow = existsSync(join(tensorflowFolder(), 'capscope.json'))
  ? null
  : 'The engine tensorflow is not set up here; npm run engine:tensorflow does that.';

const folder = mkdtempSync(join(tmpdir(), 'capscope-parity-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the problem in a process of its own. */
async function inNode(engine: string): Promise<{ results: Results; description: string }> {
  const file = join(folder, `${engine}.safetensors`);
  const child = fileURLToPath(new URL('node-engine.ts', import.meta.url));
  const card = new URL('../swiftshader.ts', import.meta.url).href;
  await promisify(execFile)(process.execPath, [...(engine === 'webgpu' ? ['--import', card] : []), child, engine, file], {
    timeout: PATIENCE,
  });
  const { weights, metadata } = decodeWeights(readFileSync(file), file);
  return { results: new Map([...weights].map(([name, { data }]) => [name, data])), description: metadata['engine']! };
}

let wasm: Results;
beforeAll(async () => {
  wasm = (await inNode('wasm')).results;
}, PATIENCE);

it('compares something of every kind, and no zeros', () => {
  const parts = [
    'forward, test',
    'forward, train',
    'inspected',
    'computed',
    'losses',
    'gradient of',
    'losses of training',
    'trained',
    'scores of',
    'cut',
  ];
  const kinds = parts.flatMap((part) => [part, `with remedies, ${part}`]);
  for (const kind of kinds)
    expect(
      [...wasm.keys()].some((name) => name.startsWith(kind)),
      kind,
    ).toBe(true);
  // Shifts start at zero and a cut copies them.
  const shifts = /cut .*(bn.bias|running_mean)$/;
  for (const [name, values] of wasm)
    if (!shifts.test(name))
      expect(
        values.some((value) => value !== 0),
        name,
      ).toBe(true);
  const losses = wasm.get('losses of training')!;
  expect(losses).toHaveLength(STEPS);
  expect(losses.at(-1)).toBeLessThan(losses[0]!);
  expectInspected(wasm);
});

/** What is seen of a network capsule by capsule is what the engine itself computes. */
function expectInspected(results: Results): void {
  for (const [name, seen] of results) {
    if (!name.includes('inspected ')) continue;
    const computed = results.get(name.replace('inspected', 'computed'))!;
    expect(seen).toHaveLength(computed.length);
    const difference = seen.reduce((most, value, i) => Math.max(most, Math.abs(value - computed[i]!)), 0);
    expect(difference, name).toBeLessThan(1e-5);
  }
}

function expectParity(results: Results): void {
  expectInspected(results);
  expect(new Set(results.keys())).toEqual(new Set(wasm.keys()));
  const errors = [...results].map(([name, values]) => [name, relativeError(values, wasm.get(name)!)] as const);
  expect(errors.filter(([, error]) => !(error <= TOLERANCE))).toEqual([]);
}

const inNodeProcesses: { engine: string; lack: Lack }[] = [
  { engine: 'reference', lack: null },
  { engine: 'webgpu', lack: lackOfSwiftShader },
  { engine: 'tensorflow', lack: lackOfTensorflow },
  // What TensorFlow does on CUDA, in chunks of a few images.
  { engine: 'tensorflow with composed capsule layers', lack: lackOfTensorflow },
];

describe.each(inNodeProcesses)('$engine', ({ engine, lack }) => {
  it('agrees with wasm in a Node process', { timeout: PATIENCE, ...needs(lack) }, async () => {
    const { results, description } = await inNode(engine);
    console.log(`Parity: ${description}`);
    expectParity(results);
  });
});

it('webgpu agrees with wasm in Chromium', { timeout: PATIENCE, ...needs(lackOfChromium) }, async () => {
  const { page, close } = await openBuiltPage(new URL('page/', import.meta.url), webgpuOptions);
  try {
    const { description, results } = await page.evaluate(() => globalThis.parity());
    console.log(`Parity: ${description}, in Chromium ${page.context().browser()!.version()}`);
    expectParity(new Map(results.map(([name, values]) => [name, Float32Array.from(values)])));
  } finally {
    await close();
  }
});
