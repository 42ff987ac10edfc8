import { describe, expect, it } from 'vitest';
import { parametersOf } from '../../shared/describe.ts';
import { NetworkSpec } from '../../shared/spec/network.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import type { Weights } from '../../shared/weights.ts';
import { planPruning } from '../../shared/pruning-plan.ts';
import { cutWeights } from './surgery.ts';

const input = { height: 9, width: 9, channels: 2, classes: 3 };
const spec = NetworkSpec.parse({
  backbone: [{ channels: 4 }, { channels: 6, stride: 2 }],
  primary: { types: 4, dim: 2 },
  intermediate: [
    { kind: 'conv', types: 4, dim: 3 },
    { kind: 'full', types: 5, dim: 2 },
  ],
  classes: { dim: 4 },
  decoder: { hidden: [7] },
});

/** Every value is its own position in the tensor, plus an offset, so that a slice shows where it came from. */
function numbered(network: NetworkSpec, offset = 0): Weights {
  return new Map(
    parametersOf(network, input).map(({ name, shape }) => {
      const size = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, data: Float32Array.from({ length: size }, (_, i) => offset + i) }];
    }),
  );
}

/** Position of an entry in a tensor of the uncut network. */
function position(name: string, ...index: number[]): number {
  const { shape } = parametersOf(spec, input).find((parameter) => parameter.name === name)!;
  return index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0);
}

const scores = new Map([
  ['backbone.0', [0, 9, 1, 8]],
  ['backbone.1', [9, 0, 8, 1, 7, 2]],
  ['primary', [9, 9, 0, 0, 8, 8, 1, 1]],
  ['capsules.0', [0, 1, 2, 3]],
  ['capsules.1', [5, 4, 3, 2, 1]],
]);

function cut(pruning: object) {
  const plan = planPruning(spec, PruningSpec.parse(pruning), scores, input);
  const fresh = numbered(plan.network, 1e6);
  return { plan, fresh, result: cutWeights({ spec, weights: numbered(spec), input, plan, fresh }) };
}

describe('cutWeights', () => {
  it('has exactly the tensors and shapes of the smaller network', () => {
    const { plan, result } = cut({ backbone: 0.5, capsules: 0.5 });
    const shapes = [...result].map(([name, { shape, data }]) => [name, shape, data.length]);
    expect(shapes).toEqual(parametersOf(plan.network, input).map(({ name, shape }) => [name, shape, shape.reduce((a, b) => a * b, 1)]));
  });

  it('slices output and input channels, and batch norm with them', () => {
    const { result } = cut({ backbone: 0.5 }); // keeps 1 and 3, then 0, 2 and 4
    const weight = result.get('backbone.1.conv.weight')!;
    expect(weight.shape).toEqual([3, 2, 3, 3]);
    const expected = [0, 2, 4].flatMap((o) =>
      [1, 3].flatMap((i) => Array.from({ length: 9 }, (_, k) => position('backbone.1.conv.weight', o, i, 0, 0) + k)),
    );
    expect(Array.from(weight.data)).toEqual(expected);
    for (const name of ['bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var'])
      expect(Array.from(result.get(`backbone.0.${name}`)!.data)).toEqual([1, 3]);
    const first = result.get('backbone.0.conv.weight')!;
    expect([first.shape, first.data[0]]).toEqual([[2, 2, 3, 3], position('backbone.0.conv.weight', 1, 0, 0, 0)]);
    const primary = result.get('primary.conv.weight')!;
    expect([primary.shape, primary.data[9]]).toEqual([[8, 3, 3, 3], position('primary.conv.weight', 0, 2, 0, 0)]);
  });

  it('cuts single primary channels and takes capsule layers afresh', () => {
    const { result, fresh } = cut({ capsules: 0.5 }); // keeps channels 0, 1, 4 and 5
    expect(Array.from(result.get('primary.conv.bias')!.data)).toEqual([0, 1, 4, 5]);
    for (const name of ['capsules.0.weight', 'capsules.1.weight', 'classes.weight']) {
      expect(result.get(name)).toEqual(fresh.get(name));
      expect(result.get(name)!.data).not.toBe(fresh.get(name)!.data);
    }
  });

  it('keeps the decoder', () => {
    const { result } = cut({ capsules: 0.5 });
    const whole = numbered(spec);
    for (const name of ['decoder.0.weight', 'decoder.0.bias', 'decoder.1.weight', 'decoder.1.bias'])
      expect(result.get(name)).toEqual(whole.get(name));
  });

  it('slices children and types of inherited capsule layers', () => {
    const intermediate = { ratio: 0.5 };
    const { result } = cut({ capsules: 0.5, granularity: 'type', capsuleLayers: 'inherit', intermediate });
    // primary keeps types 0 and 2, capsules.0 types 2 and 3, capsules.1 types 0, 1 and 2
    const layer = (name: string, cells: number, inTypes: number, below: number[], kept: number[]) => {
      const { shape, data } = result.get(name)!;
      expect(shape.slice(0, 2)).toEqual([cells * below.length, kept.length]);
      const matrix = shape[2]! * shape[3]!;
      let entry = 0;
      for (let cell = 0; cell < cells; cell++)
        for (const type of below)
          for (const parent of kept)
            for (let i = 0; i < matrix; i++) expect(data[entry++]).toBe(position(name, cell * inTypes + type, parent, 0, 0) + i);
      expect(entry).toBe(data.length);
    };
    layer('capsules.0.weight', 9, 4, [0, 2], [2, 3]);
    layer('capsules.1.weight', 4, 4, [2, 3], [0, 1, 2]); // the map has 2 × 2 positions
    layer('classes.weight', 1, 5, [0, 1, 2], [0, 1, 2]);
    expect(Array.from(result.get('primary.conv.bias')!.data)).toEqual([0, 1, 4, 5]);
  });

  it('slices the biases of inherited capsule layers, and takes others afresh', () => {
    const biased = { ...spec, bias: true };
    const bias = (pruning: object, name: string) => {
      const plan = planPruning(biased, PruningSpec.parse(pruning), scores, input);
      const fresh = numbered(plan.network, 1e6);
      const { shape, data } = cutWeights({ spec: biased, weights: numbered(biased), input, plan, fresh }).get(name)!;
      return [shape, Array.from(data)];
    };
    const inherited = { granularity: 'type', capsuleLayers: 'inherit', intermediate: { ratio: 0.5 } };
    expect(bias(inherited, 'capsules.0.bias')).toEqual([
      [2, 3],
      [6, 7, 8, 9, 10, 11],
    ]); // types 2 and 3 of 3 dimensions
    expect(bias(inherited, 'classes.bias')).toEqual([[3, 4], Array.from({ length: 12 }, (_, i) => i)]);
    expect(bias({ capsules: 0.5 }, 'capsules.0.bias')).toEqual([[2, 3], [0, 1, 2, 3, 4, 5].map((i) => 1e6 + i)]);
  });

  it('copies everything when nothing is cut', () => {
    const { result } = cut({ capsuleLayers: 'inherit' });
    expect(result).toEqual(numbered(spec));
  });

  it('names a tensor that is missing or has another shape', () => {
    const plan = planPruning(spec, PruningSpec.parse({ backbone: 0.5 }), scores, input);
    const fresh = numbered(plan.network);
    const weights = numbered(spec);
    weights.delete('backbone.1.bn.bias');
    expect(() => cutWeights({ spec, weights, input, plan, fresh })).toThrow('lack the tensor backbone.1.bn.bias');
    weights.set('backbone.1.bn.bias', { shape: [5], data: new Float32Array(5) });
    expect(() => cutWeights({ spec, weights, input, plan, fresh })).toThrow('hold backbone.1.bn.bias as (5); the network needs (6)');
    fresh.delete('classes.weight');
    expect(() => cutWeights({ spec, weights: numbered(spec), input, plan, fresh })).toThrow('lack the tensor classes.weight');
  });
});
