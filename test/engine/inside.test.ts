/** Looking into a network against PyTorch, which computes all couplings at once, and against the fused kernels' forward pass. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspector } from '../../src/engine/inspection/inspector.ts';
import { forward } from '../../src/engine/jobs/forward.ts';
import { initialWeights } from '../../src/engine/network/initialise.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { receptiveFields } from '../../src/shared/inside/receptive-field.ts';
import { SHORTEST, type Look } from '../../src/shared/inside/look.ts';
import { randomStream } from '../../src/shared/random.ts';
import { decodeWeights } from '../../src/shared/safetensors.ts';
import { networkOf, type InputShape, type NetworkFamily } from '../../src/shared/spec/network.ts';
import { longestClasses } from '../../src/shared/ties.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';
import { readNetworkGolden, relativeError } from '../network/golden.ts';

const { weights: golden, metadata } = decodeWeights(readFileSync(new URL('../goldens/inside.safetensors', import.meta.url)), 'inside');
const clock = () => 0;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ engine: 'wasm', threads: 1 });
});
afterAll(() => engine.dispose());

describe.each(['squash', 'sensitive', 'remedies'])('%s', (file) => {
  const { spec, input, weights } = readNetworkGolden(`${file}.safetensors`);
  const expected = (name: string) => golden.get(`${file}.${name}`)!.data;
  const pixels = Uint8Array.from(expected('pixels'));
  let inspector: Inspector;
  let look: Look;
  beforeAll(async () => {
    inspector = new Inspector({ network: spec, input, weights }, engine.kernels);
    look = await inspector.look(pixels, clock);
  });
  afterAll(() => inspector.dispose());

  it('gives the capsules, couplings of every iteration, entropy and agreement of PyTorch', () => {
    expect(look.routing.map(({ layer }) => layer)).toEqual([...spec.intermediate.map((_, l) => `capsules.${l}`), 'classes']);
    for (const [l, routing] of look.routing.entries()) {
      const { layer } = routing;
      expect(relativeError(look.layers[l + 1]!.vectors, expected(`${layer}.vectors`)), layer).toBeLessThan(1e-5);
      for (const measure of ['coupling', 'flow', 'entropy', 'agreement'] as const)
        expect(relativeError(routing[measure], expected(`${layer}.${measure}`)), `${layer} ${measure}`).toBeLessThan(1e-5);
    }
  });

  it('draws what PyTorch draws, also with dimensions changed', async () => {
    expect(relativeError(look.reconstruction!.pixels, expected('reconstruction'))).toBeLessThan(1e-5);
    const [range, steps] = [Number(metadata['range']), Number(metadata['steps'])];
    const { dim, vectors } = look.layers.at(-1)!;
    const [label] = look.longest as [number];
    const vector = [...vectors.subarray(label * dim, (label + 1) * dim)];
    const drawings = await inspector.draw(label, vector, { range, steps });
    expect(relativeError(drawings.pixels, expected('reconstruction'))).toBeLessThan(1e-5);
    expect(relativeError(drawings.strips, expected('strips'))).toBeLessThan(1e-5);
    expect(drawings.offsets).toEqual([-0.25, -0.125, 0, 0.125, 0.25]);
    const size = pixels.length;
    const ends = (d: number, i: number) => expected('strips').subarray((d * steps + i) * size, (d * steps + i + 1) * size);
    for (const [d, effect] of drawings.effect.entries()) {
      const difference = ends(d, 0).reduce((sum, value, i) => sum + Math.abs(value - ends(d, steps - 1)[i]!), 0) / size;
      expect(effect).toBeCloseTo(difference, 5);
    }
  });

  it('follows the strongest path from the longest class to the primary capsules', () => {
    expect(look.paths).toHaveLength(3);
    for (const path of look.paths) {
      expect(path.map(({ layer }) => layer)).toEqual(look.layers.map((_, l) => look.layers.length - 1 - l));
      expect(path[0]).toMatchObject({ type: look.longest[0], coupling: 1, next: null });
      for (const { layer, type, y, x, length, coupling, next } of path.slice(1)) {
        const { width, types, lengths } = look.layers[layer]!;
        expect(length).toBeCloseTo(lengths[(y * width + x) * types + type]!, 6);
        expect(next!.type).not.toBe(type);
        expect(next!.coupling * next!.length).toBeLessThanOrEqual(coupling * length);
      }
    }
    // All couplings of the first iteration are equal: the path follows length alone.
    for (const { layer, coupling } of look.paths[0]!.slice(1)) expect(coupling).toBeCloseTo(1 / look.layers[layer + 1]!.types, 12);
  });
});

it.each<[Partial<NetworkFamily>]>([
  [{ types: 4, dim: 8, depth: 3 }],
  [{ types: 4, dim: 8, depth: 2, squash: 'sensitive', residual: 1, bias: true }],
  [{ types: 4, dim: 8, depth: 2, kind: 'full', initialisation: { gain: 4.5 } }],
  [{ types: 4, dim: 5, depth: 2, initialisation: { gain: 4 } }],
  // Dies on the way.
  [{ types: 4, dim: 8, depth: 4, initialisation: { gain: 0.6 } }],
])('agrees with the fused kernels: %j', async (family) => {
  const input: InputShape = { height: 20, width: 16, channels: 3, classes: 4 };
  const network = networkOf(family);
  const weights = initialWeights(network, input, 1);
  const random = randomStream(1, 'pixels');
  const pixels = Uint8Array.from({ length: 20 * 16 * 3 }, () => random.int(0, 255));
  const inspector = new Inspector({ network, input, weights }, engine.kernels);
  const look = await inspector.look(pixels, clock);
  inspector.dispose();
  const images = { shape: [1, 20, 16, 3], data: Float32Array.from(pixels, (byte) => byte / 255) };
  const fused = await forward({ network, input, weights, images }, engine);
  for (const { layer, vectors } of look.layers) {
    const expected = fused.get(layer)!.data;
    const difference = vectors.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
    expect(vectors).toHaveLength(expected.length);
    expect(difference, layer).toBeLessThan(1e-5);
    // Also where all of it is far below that.
    const longest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (longest > SHORTEST) expect(difference / longest, layer).toBeLessThan(1e-4);
  }
});

it('a vanished network ties all classes', async () => {
  const input: InputShape = { height: 20, width: 20, channels: 1, classes: 3 };
  const network = networkOf({ types: 8, dim: 4, depth: 6 });
  const inspector = new Inspector({ network, input, weights: initialWeights(network, input, 1) }, engine.kernels);
  const look = await inspector.look(new Uint8Array(400).fill(128), clock);
  inspector.dispose();
  expect(look.longest).toEqual([0, 1, 2]);
  expect(look.reconstruction).toBeNull();
  expect(look.layers.at(-1)!.lengths.every((length) => length === 0)).toBe(true);
  expect([...look.routing.at(-1)!.entropy].every((entropy) => Math.abs(entropy - 1) < 1e-6)).toBe(true);
});

it('ties what the engine ties, and follows no path where single precision has nothing left', async () => {
  const input: InputShape = { height: 20, width: 20, channels: 1, classes: 3 };
  const random = randomStream(1, 'pixels');
  const pixels = Uint8Array.from({ length: 400 }, () => random.int(0, 255));
  const shortest: number[] = [];
  for (const depth of [1, 2, 3, 4, 5, 6]) {
    const network = networkOf({ types: 8, dim: 4, depth, initialisation: { gain: 0.3 } });
    const inspector = new Inspector({ network, input, weights: initialWeights(network, input, 1) }, engine.kernels);
    const { layers, longest, paths } = await inspector.look(pixels, clock);
    expect(longest, `depth ${depth}`).toEqual(longestClasses(await inspector.classLengths(pixels)));
    inspector.dispose();
    shortest.push(layers.at(-1)!.lengths[longest[0]!]!);
    for (const { layer, type, y, x, length } of paths.at(-1)!) {
      const { width, types, lengths } = layers[layer]!;
      expect(length).toBe(lengths[(y * width + x) * types + type]);
    }
  }
  // Some that single precision could hold, if it did not square them, and some that it could not.
  expect(shortest.some((length) => length > 0 && length < SHORTEST)).toBe(true);
  expect(shortest).toContain(0);
});

it('refuses weights that are no numbers, and capsules that are none', async () => {
  const input: InputShape = { height: 20, width: 20, channels: 1, classes: 3 };
  const network = networkOf({ types: 2, dim: 4, depth: 1 });
  const weights = initialWeights(network, input, 1);
  const { data } = weights.get('classes.weight')!;
  data[5] = 1e300; // Infinity, in single precision
  expect(() => new Inspector({ network, input, weights }, engine.kernels)).toThrow(
    /^classes\.weight holds weights that are no finite numbers/,
  );
  data[5] = 0;
  weights.get('primary.conv.weight')!.data.fill(3e38);
  const inspector = new Inspector({ network, input, weights }, engine.kernels);
  await expect(inspector.look(new Uint8Array(400).fill(200), clock)).rejects.toThrow(/^on this image, capsules of Primary are no finite/);
  inspector.dispose();
});

it('knows what part of the image a capsule depends on', async () => {
  const input: InputShape = { height: 24, width: 20, channels: 1, classes: 3 };
  const network = networkOf({ types: 2, dim: 4, depth: 2, initialisation: { gain: 8 } });
  const inspector = new Inspector({ network, input, weights: initialWeights(network, input, 2) }, engine.kernels);
  const fieldOf = receptiveFields(network, input);
  const random = randomStream(2, 'pixels');
  const pixels = Uint8Array.from({ length: 24 * 20 }, () => random.int(100, 255));
  const before = await inspector.look(pixels, clock);
  const [row, column] = [9, 13];
  const after = await inspector.look(pixels.with(row * 20 + column, 0), clock);
  inspector.dispose();
  for (const [l, { layer, height, width, types, dim, vectors }] of before.layers.entries())
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const { top, left, height: tall, width: wide } = fieldOf(layer, y, x);
        const inside = row >= top && row < top + tall && column >= left && column < left + wide;
        const at = (y * width + x) * types * dim;
        const same = vectors.subarray(at, at + types * dim).every((value, i) => value === after.layers[l]!.vectors[at + i]);
        expect(same, `${layer} at ${y}, ${x}`).toBe(!inside);
      }
});
