/** docs/forward.py, which tells PyTorch users how to read a weights file, against the engine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine.ts';
import { forward } from '../../src/engine/jobs/forward.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { randomStream } from '../../src/engine/random.ts';
import { decodeWeights, encodeWeights } from '../../src/shared/safetensors.ts';
import { networkOf, NetworkSpec, type InputShape } from '../../src/shared/spec/network.ts';
import { encodeNetworkFile } from '../../src/shared/weights-file.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { relativeError } from './golden.ts';

const script = fileURLToPath(new URL('../../docs/forward.py', import.meta.url));
const python = spawnSync('python3', ['-c', 'import numpy, torch, safetensors'], { encoding: 'utf8' });
const why = python.error?.message ?? python.stderr.trim().split('\n').at(-1);
if (python.status !== 0) console.warn(`docs/forward.py is not tested: it needs python3 with numpy, torch and safetensors (${why ?? ''})`);

const networks: { name: string; spec: NetworkSpec; input: InputShape }[] = [
  {
    name: "the paper's network, smaller",
    spec: networkOf({ types: 4, dim: 4, depth: 2 }),
    input: { height: 28, width: 28, channels: 1, classes: 10 },
  },
  {
    name: 'both kinds of layer on a map that is not square',
    spec: NetworkSpec.parse({
      backbone: [{ channels: 6, kernel: 5, stride: 2, padding: 2 }],
      primary: { types: 3, dim: 5, kernel: 2, stride: 1, padding: 1 },
      intermediate: [
        { kind: 'conv', types: 4, dim: 3, kernel: 3, stride: 2, padding: 1, iterations: 4 },
        { kind: 'full', types: 5, dim: 6, iterations: 1 },
        { kind: 'full', types: 2, dim: 7 },
      ],
      squash: 'sensitive',
      decoder: { hidden: [7] },
    }),
    input: { height: 13, width: 9, channels: 3, classes: 4 },
  },
];

describe.skipIf(python.status !== 0)('docs/forward.py', () => {
  let engine: Engine;
  let folder: string;
  beforeAll(async () => {
    engine = await startEngine({ engine: 'wasm', threads: 1 });
    folder = mkdtempSync(join(tmpdir(), 'capscope-forward-'));
  });
  afterAll(() => {
    engine.dispose();
    rmSync(folder, { recursive: true });
  });

  it.each(networks)('computes $name as the engine does', ({ spec, input }) => {
    const random = randomStream(4, 'forward');
    const weights = initialWeights(spec, input, 6);
    for (const [name, { data }] of weights) if (/\.(bn\.|bias)/.test(name)) data.forEach((_, i) => (data[i] = 0.5 + random.float()));
    const shape = [5, input.height, input.width, input.channels];
    const images = { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.float()) };
    const [weightsFile, inputFile, outputFile] = ['weights', 'input', 'output'].map((name) => join(folder, `${name}.safetensors`)) as [
      string,
      string,
      string,
    ];
    const classes = Array.from({ length: input.classes }, (_, i) => String(i));
    writeFileSync(weightsFile, encodeNetworkFile({ network: spec, input, classes }, weights));
    writeFileSync(inputFile, encodeWeights(new Map([['images', images]]), {}));
    execFileSync('python3', [script, weightsFile, inputFile, outputFile]);
    const expected = forward({ network: spec, input, weights, images }, engine);
    const { weights: results } = decodeWeights(readFileSync(outputFile), outputFile);
    expect([...results.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { shape: size, data }] of expected) {
      expect(results.get(name)!.shape, name).toEqual(size);
      expect(relativeError(results.get(name)!.data, data), name).toBeLessThanOrEqual(1e-4);
    }
  });
});
