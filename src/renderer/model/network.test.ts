import { describe, expect, it } from 'vitest';
import { networkOf } from '../../shared/spec/network.ts';
import { judge, layerAt, printShape, problemAt, problemOf, withFamily } from './network.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const paper = networkOf();

describe('judge', () => {
  it('describes what can be built', () => {
    const { network } = judge(paper, input);
    expect(network!.params).toBe(2_641_680);
    expect(network!.layers.map(printShape).slice(0, 5)).toEqual(['28×28×48', '14×14×96', '14×14×192', '6×6, 16 × 12D', '6×6, 16 × 12D']);
    expect(printShape(network!.layers.at(-1)!)).toBe('10 × 16D');
  });
  it('says at the layer why a map does not fit', () => {
    const tooBig = { ...paper, primary: { ...paper.primary, kernel: 15 } };
    const { problems } = judge(tooBig, input);
    expect(problemAt(problems, 'primary', 'kernel')).toMatch(/^A 15×15 window with padding 0 does not fit the 14×14 map/);
    expect(problemOf(problems, 'backbone.0')).toBeNull();
  });
  it('says at the field what is out of range', () => {
    const wrong = structuredClone(paper);
    wrong.intermediate[1]!.types = 0;
    const { problems } = judge(wrong, input);
    expect(problemAt(problems, 'capsules.1', 'types')).toBe('At least 1');
    expect(problemOf(problems, 'capsules.1')).not.toBeNull();
    expect(problemOf(problems, 'capsules.10')).toBeNull();
  });
});

it('knows the layer of a field', () =>
  expect(['intermediate.1.kernel', 'primary.dim', 'backbone.0.padding'].map(layerAt)).toEqual(['capsules.1', 'primary', 'backbone.0']));

describe('withFamily', () => {
  it('is the paper’s family again', () =>
    expect(withFamily(paper, { types: 8, dim: 4, depth: 5 })).toEqual(networkOf({ types: 8, dim: 4, depth: 5 })));
  it('leaves a backbone of its own shape alone', () => {
    const own = { ...paper, backbone: paper.backbone.slice(0, 1) };
    expect(withFamily(own, { types: 8 }).backbone).toEqual(own.backbone);
  });
  it('keeps what single layers were given when only the depth changes', () => {
    const own = structuredClone(paper);
    own.intermediate[0]!.types = 5;
    expect(withFamily(own, { depth: 4 }).intermediate.map(({ types }) => types)).toEqual([5, 16, 16, 16]);
  });
  it('begins with convolutional capsules where there were none', () =>
    expect(withFamily(networkOf({ depth: 0 }), { depth: 2 })).toEqual(networkOf({ depth: 2 })));
});
