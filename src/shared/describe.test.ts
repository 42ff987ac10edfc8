import { describe as suite, expect, it } from 'vitest';
import { describe, NetworkSpecError, parametersOf } from './describe.ts';
import { gainOf } from './gain.ts';
import { NetworkSpec, networkOf } from './spec/network.ts';

const mnist = { height: 28, width: 28, channels: 1, classes: 10 };

suite('describe', () => {
  it("gives the paper's default network 2,641,680 parameters on 28×28×1", () => {
    const network = describe(networkOf(), mnist);
    expect(network.params).toBe(2_641_680);
    expect(network.layers.map(({ name, output }) => `${name} ${output.join('×')}`)).toEqual([
      'backbone.0 28×28×48',
      'backbone.1 14×14×96',
      'backbone.2 14×14×192',
      'primary 6×6×16×12',
      'capsules.0 6×6×16×12',
      'capsules.1 6×6×16×12',
      'capsules.2 6×6×16×12',
      'classes 10×16',
    ]);
  });

  it('counts parameters as the sum of its list of tensors', () => {
    const spec = networkOf({ types: 4, dim: 6, depth: 2, kind: 'full', decoder: true });
    const trainable = parametersOf(spec, mnist).filter((p) => p.trainable);
    expect(describe(spec, mnist).params).toBe(trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0));
  });

  it('counts the operations of a convolution and of routing by hand', () => {
    const spec = NetworkSpec.parse({
      backbone: [],
      primary: { types: 2, dim: 3, kernel: 2, stride: 2, padding: 0 },
      intermediate: [{ kind: 'conv', types: 5, dim: 4, kernel: 3, stride: 1, padding: 1, iterations: 2 }],
    });
    const { layers } = describe(spec, { height: 4, width: 4, channels: 7, classes: 2 });
    const elements = 2 * 2 * 6;
    expect(layers[0]!.flops).toBe(2 * (7 * 4) * elements + elements + 4 * elements);
    const votes = 2 * 2 * (9 * 2) * 5 * 4;
    expect(layers[1]!.voteBytes).toBe(4 * votes);
    expect(layers[1]!.flops).toBe(2 * votes * 3 + 2 * votes * 2 + 2 * votes * 1 + 4 * (2 * 2 * 5 * 4) * 2);
  });

  it('draws matrices as the paper does, or for a gain, whatever the sizes of the layer', () => {
    const family = { types: 8, dim: 4, depth: 2 } as const;
    const sigmas = (spec: NetworkSpec) =>
      describe(spec, mnist).layers.flatMap(({ routing, parameters }) => (routing ? [[routing, parameters[0]!.init] as const] : []));
    expect(sigmas(networkOf(family)).map(([, init]) => init)).toEqual([{ normal: 0.5 }, { normal: 0.5 }, { normal: 0.1 }]);
    const drawn = sigmas(networkOf({ ...family, initialisation: { gain: 1.7 } }));
    expect(drawn).toHaveLength(3);
    for (const [routing, init] of drawn) expect(gainOf(routing, (init as { normal: number }).normal)).toBeCloseTo(1.7, 12);
    // 9 · 8 children, 8 parents of 4 dimensions, by hand.
    expect(drawn[0]![1]).toEqual({ normal: expect.closeTo(Math.sqrt((1.7 * 64) / (72 * 4)), 12) as number });
  });

  it('counts a bias per type and dimension, and what adding it and a shortcut takes', () => {
    const plain = describe(networkOf({ types: 4, dim: 4, depth: 3 }), mnist);
    const biased = describe(networkOf({ types: 4, dim: 4, depth: 3, bias: true }), mnist);
    expect(biased.params - plain.params).toBe(3 * 16 + 10 * 16);
    expect(biased.layers.find(({ name }) => name === 'capsules.1')!.parameters[1]).toEqual({
      ...{ name: 'capsules.1.bias', shape: [4, 4], init: { constant: 0.1 }, trainable: true },
    });
    expect(biased.flops - plain.flops).toBe(3 * (3 * 36 * 16 + 10 * 16));
    const residual = describe(networkOf({ types: 4, dim: 4, depth: 3, residual: 2 }), mnist);
    expect([residual.params - plain.params, residual.flops - plain.flops]).toEqual([0, 36 * 16]);
  });

  it('joins every so many layers of the same shape by a shortcut', () => {
    const shortcuts = (spec: NetworkSpec) =>
      describe(spec, mnist).layers.flatMap(({ name, shortcut }) => (shortcut === undefined ? [] : [`${shortcut} → ${name}`]));
    const deep = networkOf({ types: 4, dim: 4, depth: 6 });
    expect(shortcuts(deep)).toEqual([]);
    expect(shortcuts({ ...deep, residual: 2 })).toEqual(['capsules.0 → capsules.2', 'capsules.2 → capsules.4']);
    expect(shortcuts({ ...deep, residual: 3 })).toEqual(['capsules.0 → capsules.3']);
    const wider = structuredClone(deep);
    wider.intermediate[2]!.types = 5;
    expect(shortcuts({ ...wider, residual: 1 })).toEqual(['capsules.0 → capsules.1', 'capsules.3 → capsules.4', 'capsules.4 → capsules.5']);
    expect(() => shortcuts({ ...wider, residual: 2 })).toThrow(
      /^residual: shortcuts over 2 layers would join nothing: counted from the first of the 6 intermediate layers/,
    );
    expect(() => shortcuts({ ...deep, residual: 9 })).toThrow(NetworkSpecError);
  });

  it('says how many bytes materialised votes would take', () => {
    const spec = networkOf({ types: 32, dim: 16, depth: 5 });
    const perLayer = 36 * 9 * 32 * 32 * 16 * 4;
    const classLayer = 36 * 32 * 10 * 16 * 4;
    expect(describe(spec, mnist).voteBytes(128)).toBe(128 * (5 * perLayer + classLayer));
  });

  it('refuses a map that shrinks to nothing, with the layer and the reason', () => {
    const spec = NetworkSpec.parse({
      backbone: [{ channels: 8, kernel: 5, stride: 4, padding: 0 }],
      primary: { types: 2, dim: 4, kernel: 9 },
      intermediate: [],
    });
    const build = () => describe(spec, mnist);
    expect(build).toThrow(NetworkSpecError);
    expect(build).toThrow(/^primary: a 9×9 window with padding 0 does not fit the 6×6 map below/);
  });

  it('names an intermediate layer that does not fit', () => {
    const spec = networkOf({ types: 2, dim: 2, depth: 1 });
    spec.intermediate.push({ kind: 'conv', types: 2, dim: 2, kernel: 9, stride: 1, padding: 0, iterations: 1 });
    expect(() => describe(spec, mnist)).toThrow(/^capsules\.1: /);
  });

  it('refuses padding as large as the kernel', () => {
    const spec = networkOf({ types: 2, dim: 2, depth: 0 });
    spec.backbone[1]!.padding = 3;
    expect(() => describe(spec, mnist)).toThrow(/^backbone\.1: padding 3 must be smaller than the kernel 3/);
  });
});
