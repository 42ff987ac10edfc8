import { expect, it } from 'vitest';
import type { RunDetail } from '../../../shared/contract/index.ts';
import type { RunArm } from '../../../shared/spec/arms.ts';
import { addedConfusion, byDepth, inOrder, overEpochs, overLayers, runLabel } from './details.ts';

const run = (id: string, arm: RunArm, seed: number, more: object = {}) =>
  ({
    summary: { id, arm, seed, name: arm, pruning: null },
    epochs: [
      { epoch: 1, gradients: [] },
      {
        epoch: 2,
        gradients: [
          { layer: 'classes', norm: 0.5 },
          { layer: 'capsules.0', norm: 0 },
        ],
      },
    ],
    evaluation: {
      confusion: [
        [3, 1],
        [0, 4],
      ],
    },
    ...more,
  }) as unknown as RunDetail;
const runs = [run('b', 'pruned', 2), run('s', 'source', 1), run('a', 'unpruned', 1), run('c', 'pruned', 1)];

it('orders runs by arm and seed, and names them by these', () => {
  expect(inOrder(runs).map((one) => runLabel(one, runs))).toEqual([
    'unpruned, seed 1',
    'pruned, seed 1',
    'pruned, seed 2',
    'source, seed 1',
  ]);
});

it('names cuts where there are several', () => {
  const cut = (id: string, capsules: number) => {
    const one = run(id, 'pruned', 1);
    return { ...one, summary: { ...one.summary, pruning: { criterion: 'chip', backbone: 0.25, capsules } } } as RunDetail;
  };
  const several = [cut('x', 0.25), cut('y', 0.5)];
  expect(several.map((one) => runLabel(one, several))).toEqual(['pruned b0.25 c0.25, seed 1', 'pruned b0.25 c0.5, seed 1']);
});

it('follows epochs, and layers from the input upwards with exact zeros among them', () => {
  expect(overEpochs(runs, ({ epoch }) => epoch)[0]).toMatchObject({
    key: 'b',
    arm: 'pruned',
    points: [
      { x: 1, y: 1 },
      { x: 2, y: 2 },
    ],
  });
  const { layers, curves } = overLayers(runs, ({ epochs }) => epochs.at(-1)!.gradients.map(({ layer, norm }) => ({ layer, value: norm })));
  expect(layers).toEqual(['capsules.0', 'classes']);
  expect(curves[0]!.points).toEqual([
    { x: 0, y: 0 },
    { x: 1, y: 0.5 },
  ]);
  expect(['classes', 'capsules.10', 'capsules.2', 'primary', 'backbone.1', 'decoder.0'].sort(byDepth)).toEqual([
    'backbone.1',
    'primary',
    'capsules.2',
    'capsules.10',
    'classes',
    'decoder.0',
  ]);
});

it('adds confusions', () => {
  expect(addedConfusion(runs.slice(0, 2))).toEqual([
    [6, 2],
    [0, 8],
  ]);
  expect(addedConfusion([])).toBeNull();
});
