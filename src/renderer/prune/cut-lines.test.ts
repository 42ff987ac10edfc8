import { describe, expect, it } from 'vitest';
import { planPruning } from '../../shared/pruning-plan.ts';
import { networkOf } from '../../shared/spec/network.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import { curvePoints, linesOf, ratioOf, snapped, wholeCuts, withRatio } from './cut-lines.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
/** Backbone of 4, 8 and 16 channels, 4 types of 4 dimensions. */
const network = networkOf({ types: 4, dim: 4, depth: 1 });
const rising = (count: number) => Array.from({ length: count }, (_, i) => i);
const scores = {
  'backbone.0': rising(4),
  'backbone.1': rising(8),
  'backbone.2': rising(16),
  primary: rising(16),
  'capsules.0': rising(4),
};

function lines(given: object) {
  const pruning = PruningSpec.parse(given);
  return linesOf(network, pruning, scores, planPruning(network, pruning, new Map(Object.entries(scores)), input).cuts);
}
const line = (layer: string, given: object) => lines(given).find(({ cut }) => cut.layer === layer)!;

describe('the line of a cut', () => {
  it('runs through every layer that can lose channels, whether it does or not', () => {
    const all = lines({ backbone: 0.5 });
    expect(all.map(({ cut }) => [cut.layer, cut.kept.length])).toEqual([
      ['backbone.0', 2],
      ['backbone.1', 4],
      ['backbone.2', 8],
      ['primary', 16],
    ]);
    expect(all.map(({ gone }) => gone.length)).toEqual([2, 4, 8, 0]);
  });

  it('snaps to whole capsule types, and leaves one', () => {
    const channels = line('primary', { capsules: 0.5 });
    expect([1, 5, 7, 11, 99].map((stay) => snapped(channels, stay))).toEqual([4, 4, 8, 12, 16]);
    const types = line('primary', { capsules: 0.5, granularity: 'type' });
    expect([0, 1.4, 9].map((stay) => snapped(types, stay))).toEqual([1, 1, 4]);
    expect(types.gone).toEqual(rising(8));
  });

  it.each(['backbone.2', 'primary'])('has a ratio with which just as many stay: %s', (layer) => {
    const own = line(layer, { backbone: 0.5, capsules: 0.5 });
    for (let stay = own.step; stay <= 16; stay += own.step) {
      const set = withRatio(PruningSpec.parse({}), network, layer, ratioOf(own, stay), false);
      const kept = line(layer, set).cut.kept.length;
      expect(kept, `${stay}`).toBe(stay);
    }
    expect(ratioOf(own, 8)).toBe(0.5);
  });

  it('moves the blocks of the backbone together, or one by one', () => {
    const before = PruningSpec.parse({ backbone: 0.5 });
    expect(withRatio(before, network, 'backbone.1', 0.25, false)).toMatchObject({ backbone: 0.25, blocks: null });
    const each = withRatio(before, network, 'backbone.1', 0.25, true);
    expect(each).toMatchObject({ backbone: 0, blocks: [0.5, 0.25, 0.5] });
    expect(PruningSpec.safeParse(each).success).toBe(true);
    expect(withRatio(each, network, 'backbone.0', 0.75, true).blocks).toEqual([0.75, 0.25, 0.5]);
  });
});

describe('what is tried', () => {
  it('of a layer alone silences what ranks lowest, at places over its whole length', () => {
    const points = curvePoints(lines({}), 4);
    const first = points.filter(({ layer }) => layer === 'backbone.0');
    expect(first.map(({ stay }) => stay).sort()).toEqual([1, 2, 3]);
    expect(first.find(({ stay }) => stay === 1)!.cut).toEqual({ kind: 'silent', channels: { 'backbone.0': [0, 1, 2] } });
    // The middle of each layer comes before the rest of any.
    expect(points.slice(0, 4).map(({ layer }) => layer)).toEqual(['backbone.0', 'backbone.1', 'backbone.2', 'primary']);
    expect(points.filter(({ layer }) => layer === 'primary').map(({ stay }) => stay).sort((a, b) => a - b)).toEqual([4, 8, 12]); // prettier-ignore
  });

  it('of types silences all of their channels', () => {
    const [one] = curvePoints(lines({ granularity: 'type' }), 4).filter(({ layer, stay }) => layer === 'primary' && stay === 2);
    expect(one!.cut).toEqual({ kind: 'silent', channels: { primary: rising(8) } });
  });

  it('of the whole cut is the network before, after, and with the layers above as they are where these start afresh', () => {
    const pruning = PruningSpec.parse({ backbone: 0.5 });
    expect(wholeCuts(pruning, lines(pruning))).toEqual([
      { kind: 'cut', pruning },
      { kind: 'silent', channels: {} },
      { kind: 'silent', channels: { 'backbone.0': [0, 1], 'backbone.1': rising(4), 'backbone.2': rising(8) } },
    ]);
    const inherit = PruningSpec.parse({ backbone: 0.5, capsuleLayers: 'inherit' });
    expect(wholeCuts(inherit, lines(inherit))).toHaveLength(2);
  });
});
