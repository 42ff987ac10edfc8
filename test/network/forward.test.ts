/** `capscope forward` against docs/forward.py, which shows PyTorch users how to read a weights file. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import { randomStream } from '../../src/shared/random.ts';
import { decodeWeights, encodeWeights } from '../../src/shared/safetensors.ts';
import { networkOf, NetworkSpec, type InputShape } from '../../src/shared/spec/network.ts';
import { encodeNetworkFile } from '../../src/shared/weights-file.ts';
import { needs, type Lack } from '../needs.ts';
import { relativeError } from './golden.ts';

const command = fileURLToPath(new URL('../../src/cli/start.mjs', import.meta.url));
const script = fileURLToPath(new URL('../../docs/forward.py', import.meta.url));
const python = process.env['PYTHON'] ?? 'python3';

function lackOfPyTorch(): Lack {
  const { status, error, stderr } = spawnSync(python, ['-c', 'import numpy, torch, safetensors'], { encoding: 'utf8' });
  if (status === 0) return null;
  const why = error?.message ?? stderr.trim().split('\n').at(-1);
  return `docs/forward.py needs ${python} with numpy, torch and safetensors (${why ?? 'unknown error'}); PYTHON names another.`;
}

const networks: { name: string; spec: NetworkSpec; input: InputShape; batch: number }[] = [
  {
    name: "the paper's network, smaller, on more images than fit one pass",
    spec: networkOf({ types: 3, dim: 4, depth: 2 }),
    input: { height: 20, width: 20, channels: 1, classes: 10 },
    batch: 130,
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
    batch: 5,
  },
  {
    name: 'capsule biases and shortcuts, of which one finds another shape',
    spec: NetworkSpec.parse({
      backbone: [{ channels: 6, stride: 2 }],
      primary: { types: 3, dim: 4, stride: 1 },
      intermediate: [
        ...[3, 2, 3].map((types) => ({ kind: 'conv', types, dim: 4 })),
        { kind: 'full', types: 3, dim: 4 },
        { kind: 'full', types: 3, dim: 4 },
      ],
      initialisation: { gain: 3 },
      bias: true,
      residual: 2,
    }),
    input: { height: 12, width: 13, channels: 2, classes: 4 },
    batch: 4,
  },
];

describe('docs/forward.py', needs(lackOfPyTorch()), () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'capscope-forward-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const path = (name: string) => join(folder, `${name}.safetensors`);
  const read = (name: string) => decodeWeights(readFileSync(path(name)), name).weights;

  it.each(networks)('computes what `capscope forward` does: $name', ({ spec, input, batch }) => {
    const random = randomStream(4, 'forward');
    const weights = initialWeights(spec, input, 6);
    // Statistics and biases as training would leave them, not the 0 and 1 that hide mistakes.
    for (const [name, { data }] of weights) if (/\.(bn\.|bias)/.test(name)) for (const i of data.keys()) data[i] = 0.5 + random.float();
    const shape = [batch, input.height, input.width, input.channels];
    const images = { shape, data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.float()) };
    const classes = Array.from({ length: input.classes }, (_, i) => String(i));
    const perChannel = (value: number) => new Array<number>(input.channels).fill(value);
    const standardisation = batch > 100 ? undefined : { mean: perChannel(0.4), deviation: perChannel(0.3) };
    writeFileSync(path('weights'), encodeNetworkFile({ network: spec, input, classes, standardisation }, weights));
    writeFileSync(path('input'), encodeWeights(new Map([['images', images]]), {}));

    execFileSync(process.execPath, [command, 'forward', path('weights'), path('input'), path('capscope')]);
    execFileSync(python, [script, path('weights'), path('input'), path('torch')]);

    const [actual, expected] = [read('capscope'), read('torch')];
    expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
    expect(actual.get('classes')!.shape).toEqual([batch, input.classes, spec.classes.dim]);
    for (const [name, { shape: size, data }] of expected) {
      expect(actual.get(name)!.shape, name).toEqual(size);
      expect(relativeError(actual.get(name)!.data, data), name).toBeLessThanOrEqual(1e-4);
    }
  });
});
