import { describe, expect, it } from 'vitest';
import { describe as describeNetwork, parametersOf } from '../../shared/describe.ts';
import { gainOf, sigmaForGain } from '../../shared/gain.ts';
import { networkOf } from '../../shared/spec/network.ts';
import { initialWeights } from './initialise.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const spec = networkOf({ types: 8, dim: 8, depth: 2, decoder: true });
spec.intermediate.push({ kind: 'full', types: 6, dim: 5, iterations: 2 });

function moments(data: Float32Array): { mean: number; deviation: number; largest: number } {
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  const variance = data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length;
  return { mean, deviation: Math.sqrt(variance), largest: data.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
}

describe('initialWeights', () => {
  const weights = initialWeights(spec, input, 1);
  const of = (name: string) => moments(weights.get(name)!.data);

  it('gives every parameter its tensor', () => {
    expect([...weights].map(([name, { shape }]) => ({ name, shape }))).toEqual(
      parametersOf(spec, input).map(({ name, shape }) => ({ name, shape })),
    );
    for (const { shape, data } of weights.values()) expect(data.length).toBe(shape.reduce((a, b) => a * b, 1));
  });

  it('draws convolutions and linear layers as PyTorch does, uniform within ± 1/√fan-in', () => {
    const fanIn = {
      'backbone.1.conv.weight': 16 * 9,
      'backbone.2.conv.weight': 32 * 9,
      'primary.conv.weight': 64 * 9,
      'primary.conv.bias': 64 * 9,
      'decoder.1.weight': 512,
      'decoder.2.bias': 1024,
    };
    for (const [name, inputs] of Object.entries(fanIn)) {
      const bound = 1 / Math.sqrt(inputs);
      const { size, mean, deviation, largest } = { size: weights.get(name)!.data.length, ...of(name) };
      expect(largest, name).toBeLessThanOrEqual(bound * (1 + 1e-6));
      expect(largest, name).toBeGreaterThan(bound * (1 - 10 / size));
      // Both within 4.5 standard errors of a uniform distribution's.
      expect(Math.abs(mean), name).toBeLessThan((4.5 * bound) / Math.sqrt(3 * size));
      expect(Math.abs((deviation * Math.sqrt(3)) / bound - 1), name).toBeLessThan(4.5 / Math.sqrt(5 * size));
    }
  });

  it('draws transformation matrices from normal distributions, wider for convolutional capsules', () => {
    for (const [name, expected] of [
      ['capsules.0.weight', 0.5],
      ['capsules.1.weight', 0.5],
      ['capsules.2.weight', 0.1],
      ['classes.weight', 0.1],
    ] as const) {
      const { size, mean, deviation, largest } = { size: weights.get(name)!.data.length, ...of(name) };
      expect(Math.abs(mean), name).toBeLessThan((4.5 * expected) / Math.sqrt(size));
      expect(Math.abs(deviation / expected - 1), name).toBeLessThan(4.5 / Math.sqrt(2 * size));
      expect(largest / expected, name).toBeGreaterThan(2.5); // a uniform distribution ends at √3
    }
  });

  it('draws them for a gain, from the same random numbers', () => {
    const drawn = initialWeights({ ...spec, initialisation: { gain: 2 } }, input, 1);
    for (const { name, routing } of describeNetwork(spec, input).layers) {
      if (!routing) continue;
      const [{ data }, paper] = [drawn.get(`${name}.weight`)!, weights.get(`${name}.weight`)!.data];
      const scale = sigmaForGain(routing, 2) / (name === 'capsules.0' || name === 'capsules.1' ? 0.5 : 0.1);
      expect(Math.abs(data[0]! / paper[0]! / scale - 1)).toBeLessThan(1e-6);
      const { deviation } = moments(data);
      expect(Math.abs(gainOf(routing, deviation) / 2 - 1), name).toBeLessThan(9 / Math.sqrt(2 * data.length));
    }
    for (const name of ['backbone.0.conv.weight', 'primary.conv.bias', 'decoder.0.weight'])
      expect(drawn.get(name)).toEqual(weights.get(name));
  });

  it('starts capsule biases at 0.1, and leaves all else as it is without', () => {
    const biased = initialWeights({ ...spec, bias: true }, input, 1);
    const added = [...biased.keys()].filter((name) => !weights.has(name));
    expect(added).toEqual(['capsules.0.bias', 'capsules.1.bias', 'capsules.2.bias', 'classes.bias']);
    for (const name of added) expect(new Set(biased.get(name)!.data)).toEqual(new Set([Math.fround(0.1)]));
    for (const [name, tensor] of weights) expect(biased.get(name)).toEqual(tensor);
  });

  it('starts batch norm as the identity', () => {
    const values = (name: string) => new Set(weights.get(`backbone.0.bn.${name}`)!.data);
    expect([values('weight'), values('bias'), values('running_mean'), values('running_var')]).toEqual([
      new Set([1]),
      new Set([0]),
      new Set([0]),
      new Set([1]),
    ]);
  });

  it('gives the same weights for the same seed, and others for another', () => {
    expect(initialWeights(spec, input, 1)).toEqual(weights);
    const other = initialWeights(spec, input, 2);
    for (const { name, init } of parametersOf(spec, input))
      if (!('constant' in init))
        expect(
          other.get(name)!.data.every((value, i) => value !== weights.get(name)!.data[i]),
          name,
        ).toBe(true);
  });

  it('gives no two tensors the same values, and leaves tensors alone that a change elsewhere does not touch', () => {
    const start = (name: string) =>
      weights
        .get(name)!
        .data.slice(0, 8)
        .map((value) => value / 0.5);
    expect(start('capsules.0.weight')).not.toEqual(start('capsules.1.weight'));
    const deeper = structuredClone(spec);
    deeper.intermediate.push({ kind: 'full', types: 6, dim: 5, iterations: 2 });
    const changed = initialWeights(deeper, input, 1);
    for (const name of ['primary.conv.weight', 'capsules.1.weight', 'capsules.2.weight'])
      expect(changed.get(name)).toEqual(weights.get(name));
  });
});
