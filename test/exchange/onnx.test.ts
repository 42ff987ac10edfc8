/** Networks exported to ONNX, computed by onnxruntime and held against the engine. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { targetOf } from '../../src/datasets/preparation/for-network.ts';
import { ImageMaker } from '../../src/datasets/preparation/image.ts';
import type { ImageShape } from '../../src/datasets/raw.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { Predictor } from '../../src/engine/jobs/predict.ts';
import { onnxOf, type OnnxOptions } from '../../src/exchange/onnx/model.ts';
import { longestClasses } from '../../src/shared/ties.ts';
import { PreparationSpec } from '../../src/shared/spec/preparation.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { needs } from '../needs.ts';
import { examples, images, type Example } from './networks.ts';
import { lackOf, runPython } from './python.ts';

const origin = { id: 'r1', name: 'a network', versions: { capscope: '0.1.0', node: '24' } };
const asBytes: OnnxOptions = { input: 'uint8', size: null };
const COUNT = 5;
const TOLERANCE = 1e-5;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 1 });
  ort.env.wasm.numThreads = 1;
});
afterAll(() => engine.dispose());

/** Lengths of class capsules and reconstructions, by the engine. */
async function expected(example: Example, pixels: Uint8Array) {
  const { height, width, channels } = example.input;
  const shape = [pixels.length / (height * width * channels), height, width, channels];
  const predictor = new Predictor(example, engine);
  try {
    return await predictor.predict({ shape, data: Float32Array.from(pixels, (value) => value / 255) });
  } finally {
    predictor.dispose();
  }
}

async function computed(model: Uint8Array, input: ort.Tensor) {
  const session = await ort.InferenceSession.create(model);
  const { lengths, reconstruction } = await session.run({ images: input });
  await session.release();
  return { lengths: lengths!.data as Float32Array, reconstruction: (reconstruction?.data as Float32Array | undefined) ?? null };
}

const difference = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
};
const predicted = (lengths: Float32Array, classes: number) =>
  Array.from({ length: lengths.length / classes }, (_, i) => longestClasses(lengths.subarray(i * classes, (i + 1) * classes)));

const all = examples();

describe('a network in ONNX', () => {
  it.each(all)('computes in onnxruntime what the engine does: $name', async (example) => {
    const { input } = example;
    const pixels = images(COUNT, input);
    const reference = await expected(example, pixels);
    // What has vanished would agree whatever is computed.
    expect(Math.max(...reference.lengths)).toBeGreaterThan(0.05);
    const shape = [COUNT, input.height, input.width, input.channels];
    const result = await computed(onnxOf(example, origin, asBytes), new ort.Tensor('uint8', pixels, shape));
    expect(difference(result.lengths, reference.lengths)).toBeLessThanOrEqual(TOLERANCE);
    expect(predicted(result.lengths, input.classes)).toEqual(predicted(reference.lengths, input.classes));
    if (reference.reconstruction === null) expect(result.reconstruction).toBeNull();
    else expect(difference(result.reconstruction!, reference.reconstruction)).toBeLessThanOrEqual(TOLERANCE);
  });

  it('takes any number of images, and intensities as well as bytes', async () => {
    const example = all[1]!;
    const pixels = images(3, example.input);
    const reference = await expected(example, pixels);
    const model = onnxOf(example, origin, { input: 'float32', size: null });
    const one = pixels.length / 3;
    for (const [first, count] of [
      [0, 1],
      [0, 3],
      [1, 2],
    ] as const) {
      const intensities = Float32Array.from(pixels.subarray(first * one, (first + count) * one), (value) => value / 255);
      const { lengths } = await computed(model, new ort.Tensor('float32', intensities, [count, 14, 14, 1]));
      expect(difference(lengths, reference.lengths.subarray(first * 10, (first + count) * 10))).toBeLessThanOrEqual(TOLERANCE);
    }
  });

  const sizes: [string, Partial<PreparationSpec>, ImageShape][] = [
    ['smaller, padded white, colours to grey', { fit: 'pad', background: 'white' }, { height: 40, width: 23, channels: 3 }],
    ['covered and cropped', { fit: 'crop' }, { height: 11, width: 30, channels: 1 }],
    ['stretched', { fit: 'stretch' }, { height: 9, width: 31, channels: 1 }],
    ['cut and padded around the middle', { fit: 'centre', background: 'white' }, { height: 9, width: 31, channels: 3 }],
  ];
  it.each(sizes)('prepares images of another size to the last bit: %s', async (_, preparation, size) => {
    const example: Example = { ...all[1]!, preparation: PreparationSpec.parse({ ...preparation, size: { height: 14, width: 14 } }) };
    const raw = images(2, size, 4);
    const maker = new ImageMaker(targetOf(example));
    const one = raw.length / 2;
    const prepared = [0, 1].flatMap((i) => [...maker.make({ ...size, pixels: raw.slice(i * one, (i + 1) * one) })]);
    const reference = await computed(onnxOf(example, origin, asBytes), new ort.Tensor('uint8', Uint8Array.from(prepared), [2, 14, 14, 1]));
    const input = new ort.Tensor('uint8', raw, [2, size.height, size.width, size.channels]);
    const result = await computed(onnxOf(example, origin, { input: 'uint8', size }), input);
    expect(result).toEqual(reference);
    expect(new Set(reference.lengths).size).toBeGreaterThan(10);
  });

  it('refuses sizes that cannot be prepared', () => {
    const grey = { height: 20, width: 20, channels: 2 };
    expect(() => onnxOf(all[0]!, origin, { input: 'uint8', size: grey })).toThrow('it has 2 channels, but the network needs 1');
    expect(() => onnxOf(all[0]!, origin, { input: 'float32', size: { ...grey, channels: 1 } })).toThrow('prepared as bytes');
  });

  it('runs a default network with three intermediate layers on one image in less than 500 MB', async () => {
    const script = fileURLToPath(new URL('default-network.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script]);
    const { peak, lengths } = JSON.parse(stdout) as { peak: number; lengths: number[] };
    expect(lengths).toHaveLength(10);
    expect(peak).toBeLessThan(500e6);
  });
});

describe("ONNX's own checker and onnxruntime for Python", needs(lackOf("ONNX's own checker", ['numpy', 'onnx', 'onnxruntime'])), () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-onnx-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('find nothing wrong, and compute what the engine does', async () => {
    for (const [i, example] of all.entries()) {
      const { height, width, channels } = example.input;
      const at = join(folder, String(i));
      mkdirSync(at);
      const pixels = images(COUNT, example.input);
      const { lengths, reconstruction } = await expected(example, pixels);
      writeFileSync(join(at, 'model.onnx'), onnxOf(example, origin, asBytes));
      writeFileSync(join(at, 'images.bin'), pixels);
      const outputs = { lengths: [...lengths], ...(reconstruction && { reconstruction: [...reconstruction] }) };
      writeFileSync(join(at, 'expected.json'), JSON.stringify({ shape: [COUNT, height, width, channels], outputs }));
    }
    const script = fileURLToPath(new URL('check_onnx.py', import.meta.url));
    const found = JSON.parse(await runPython(['-W', 'error', script, folder])) as {
      difference: number;
      metadata: Record<string, string>;
    }[];
    expect(found).toHaveLength(10);
    for (const { difference: most, metadata } of found) {
      expect(most).toBeLessThanOrEqual(TOLERANCE);
      expect(metadata).toMatchObject({ 'capscope.run': 'r1', 'capscope.classes': expect.stringContaining('class 0') as string });
    }
  });
});

describe("Netron's library", needs(lackOf("Netron's library", ['netron'])), () => {
  it('opens them without a warning', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'capscope-netron-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const files = all.map((example, i) => {
      const file = join(folder, `${i}.onnx`);
      writeFileSync(file, onnxOf(example, origin, asBytes));
      return file;
    });
    const where = 'import importlib.util as u; print(*u.find_spec("netron").submodule_search_locations)';
    const netron = (await runPython(['-c', where])).trim();
    const script = fileURLToPath(new URL('open-in-netron.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, netron, ...files]);
    const { problems, found } = JSON.parse(stdout) as {
      problems: string[];
      found: { format: string; inputs: string[]; outputs: string[] }[];
    };
    expect(problems).toEqual([]);
    for (const [i, { input, network }] of all.entries()) {
      const { height, width, channels } = input;
      const size = `[batch,${height},${width},${channels}]`;
      const reconstruction = network.decoder ? [`reconstruction: float32${size}`] : [];
      expect(found[i]).toMatchObject({
        format: 'ONNX v8',
        inputs: [`images: uint8${size}`],
        outputs: [`lengths: float32[batch,${input.classes}]`, ...reconstruction],
      });
    }
  });
});
