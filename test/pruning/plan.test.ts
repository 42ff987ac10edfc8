import { describe, expect, it } from 'vitest';
import { networkOf, type NetworkSpec } from '../../src/shared/spec/network.ts';
import { PruningSpec } from '../../src/shared/spec/pruning.ts';
import { randomStream } from '../../src/shared/random.ts';
import { planPruning, sumByType } from '../../src/shared/pruning-plan.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
/** Backbone of 16, 32 and 64 channels, 16 types of 4 dimensions. */
const spec = networkOf({ types: 16, dim: 4, depth: 2 });

/** Scores that rise with the index unless given. */
function plan(pruning: Partial<PruningSpec>, given: Record<string, number[]> = {}, network: NetworkSpec = spec) {
  const rising = (count: number) => Array.from({ length: count }, (_, i) => i);
  const scores = new Map([
    ...network.backbone.map(({ channels }, i) => [`backbone.${i}`, rising(channels)] as const),
    ['primary', rising(network.primary.types * network.primary.dim)] as const,
    ...network.intermediate.map(({ types }, l) => [`capsules.${l}`, rising(types)] as const),
    ...Object.entries(given),
  ]);
  return planPruning(network, PruningSpec.parse(pruning), scores, input);
}

describe('planPruning', () => {
  it('changes nothing at ratio 0', () => {
    const { network, cuts } = planPruning(spec, PruningSpec.parse({}), new Map(), input);
    expect(network).toEqual(spec);
    expect(network).not.toBe(spec);
    expect(cuts).toEqual([]);
  });

  it('cuts floor(p · C) channels with the lowest scores from every backbone block', () => {
    const { network, cuts } = plan({ backbone: 0.4 });
    expect(network.backbone.map(({ channels }) => channels)).toEqual([16 - 6, 32 - 12, 64 - 25]);
    expect(cuts.map(({ layer, unit }) => [layer, unit])).toEqual([0, 1, 2].map((i) => [`backbone.${i}`, 'channel']));
    expect(cuts[0]!.kept).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(network.primary).toEqual(spec.primary);
    expect(network.intermediate).toEqual(spec.intermediate);
  });

  it('takes from each block what it is to lose, and leaves alone those that lose nothing', () => {
    const { network, cuts } = plan({ blocks: [0, 0.25, 0.75] });
    expect(network.backbone.map(({ channels }) => channels)).toEqual([16, 24, 16]);
    expect(cuts.map(({ layer }) => layer)).toEqual(['backbone.1', 'backbone.2']);
    const alike = (pruning: Partial<PruningSpec>) => plan(pruning).cuts;
    expect(alike({ blocks: [0.4, 0.4, 0.4] })).toEqual(alike({ backbone: 0.4 }));
  });

  it('refuses ratios for other blocks than there are, and two kinds of ratios at once', () => {
    expect(() => plan({ blocks: [0.5, 0.5] })).toThrow(
      'backbone: the cut has ratios for 2 blocks (blocks: 0.5, 0.5), and the network has 3; expected one for each',
    );
    expect(() => plan({ backbone: 0.5, blocks: [0.5, 0.5, 0.5] })).toThrow(
      'the blocks have ratios of their own, and \\"backbone\\" is 0.5',
    );
  });

  it('does not lose a channel to floating point', () => {
    const hundred = { ...spec, backbone: [{ channels: 100, kernel: 3, stride: 2, padding: 1 }] };
    expect(plan({ backbone: 0.29 }, {}, hundred).network.backbone[0]!.channels).toBe(71);
  });

  it('keeps indices ascending, and of equal scores cuts the lower index', () => {
    const scores = [5, 1, 5, 1, 5, 1, 5, 1, 5, 1, 5, 1, 5, 1, 5, 1];
    expect(plan({ backbone: 0.25 }, { 'backbone.0': scores }).cuts[0]!.kept).toEqual([0, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15]);
  });

  it('never cuts all', () => {
    const { network } = plan({ backbone: 1 - 1e-12, capsules: 0.999, capsuleLayers: 'inherit', granularity: 'type', intermediate: { types: null, ratio: 0.999, by: 'activation' } }); // prettier-ignore
    expect(network.backbone.map(({ channels }) => channels)).toEqual([1, 1, 1]);
    expect(network.primary.types).toBe(1);
    expect(network.intermediate.map(({ types }) => types)).toEqual([1, 1]);
  });

  it('cuts the same types from layers that are joined by shortcuts, by the mean of their shares of importance', () => {
    const network = { ...networkOf({ types: 4, dim: 4, depth: 5 }), residual: 2 }; // 0, 2 and 4 are joined
    const inherit = { capsuleLayers: 'inherit', granularity: 'type', intermediate: { types: null, ratio: 0.5, by: 'activation' } } as const;
    const scores = {
      'capsules.0': [400, 100, 300, 200],
      'capsules.2': [0, 5, 1, 2],
      'capsules.4': [0, 0, 0, 0],
      'capsules.1': [1, 2, 3, 4],
    };
    const { network: smaller, cuts } = plan(inherit, scores, network);
    expect(smaller.intermediate.map(({ types }) => types)).toEqual([2, 2, 2, 2, 2]);
    const kept = Object.fromEntries(cuts.map((cut) => [cut.layer, cut.kept]));
    // Shares of the mean: 1.6, 0.4, 1.2, 0.8 and 0, 2.5, 0.5, 1; the third layer is silent.
    for (const layer of ['capsules.0', 'capsules.2', 'capsules.4']) expect(kept[layer], layer).toEqual([1, 3]);
    expect(kept['capsules.1']).toEqual([2, 3]);
    for (const [i, share] of [1.6, 2.9, 1.7, 1.8].entries())
      expect(cuts.find(({ layer }) => layer === 'capsules.2')!.scores[i]).toBeCloseTo(share / 3, 12);
    expect(plan(inherit, scores, { ...network, residual: 0 }).cuts.find(({ layer }) => layer === 'capsules.0')!.kept).toEqual([0, 2]);
  });

  it('keeps a multiple of the dimension in the primary capsules, and as many intermediate types', () => {
    const { network, cuts } = plan({ capsules: 0.3 }); // 64 − 19 = 45 channels, rounded down to 44
    expect(network.primary).toEqual({ ...spec.primary, types: 11 });
    expect(network.intermediate.map(({ types }) => types)).toEqual([11, 11]);
    expect(cuts).toEqual([expect.objectContaining({ layer: 'primary', unit: 'channel' })]);
    expect(cuts[0]!.kept).toEqual(Array.from({ length: 44 }, (_, i) => i + 20));
  });

  it('cuts whole types by the sum of their channels', () => {
    const random = randomStream(5, 'plan');
    const scores = Array.from({ length: 64 }, () => random.float());
    const { network, cuts } = plan({ capsules: 0.5, granularity: 'type' }, { primary: scores });
    const sums = Array.from({ length: 16 }, (_, n) => scores.slice(4 * n, 4 * n + 4).reduce((a, b) => a + b));
    const median = sums.toSorted((a, b) => a - b)[8]!;
    expect(cuts).toEqual([{ layer: 'primary', unit: 'type', scores: sums, kept: sums.flatMap((sum, n) => (sum >= median ? [n] : [])) }]);
    expect(network.primary.types).toBe(8);
  });

  it('gives reinitialised layers their own number of types', () => {
    const intermediate = { types: 5, ratio: 0, by: 'activation' } as const;
    expect(plan({ capsules: 0.5, intermediate }).network.intermediate.map(({ types }) => types)).toEqual([5, 5]);
    expect(plan({ intermediate }).network.primary.types).toBe(16);
  });

  it('does not widen an intermediate layer that has fewer types than the primary capsules keep', () => {
    const narrow = { ...spec, intermediate: spec.intermediate.map((layer) => ({ ...layer, types: 3 })) };
    expect(plan({ capsules: 0.5 }, {}, narrow).network.intermediate.map(({ types }) => types)).toEqual([3, 3]);
  });

  it('keeps inherited layers unless they have a ratio of their own', () => {
    const inherit = { capsuleLayers: 'inherit', granularity: 'type' } as const;
    expect(plan({ ...inherit, capsules: 0.5 }).network.intermediate).toEqual(spec.intermediate);
    const { network, cuts } = plan({ ...inherit, intermediate: { types: null, ratio: 0.25, by: 'chip' } });
    expect(network.intermediate.map(({ types }) => types)).toEqual([12, 12]);
    expect(cuts.map(({ layer, unit, kept }) => [layer, unit, kept[0]])).toEqual([
      ['capsules.0', 'type', 4],
      ['capsules.1', 'type', 4],
    ]);
  });

  it('names the layer whose scores are missing, of the wrong number or not numbers', () => {
    expect(() => planPruning(spec, PruningSpec.parse({ backbone: 0.5 }), new Map(), input)).toThrow(/^backbone\.0: there are no scores/);
    expect(() => plan({ capsules: 0.5 }, { primary: [1, 2] })).toThrow('primary: there are 2 scores; expected one per channel, 64 in all.');
    const broken = Array.from({ length: 16 }, (_, i) => (i === 3 ? NaN : i));
    expect(() => plan({ backbone: 0.5 }, { 'backbone.0': broken })).toThrow('backbone.0: the score of channel 3 is NaN');
  });
});

it('sumByType adds the scores of the channels of a type', () => {
  expect(sumByType([1, 2, 3, 10, 20, 30], 3)).toEqual([6, 60]);
});
