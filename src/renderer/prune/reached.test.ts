import { expect, it } from 'vitest';
import type { RunSummary } from '../../shared/contract/index.ts';
import { networkOf } from '../../shared/spec/network.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import { reachedBy, secondsOf } from './reached.ts';

const pruning = PruningSpec.parse({ backbone: 0.5, capsules: 0.5 });
const parent = { id: 'p', dataset: { fingerprint: 'f' }, network: { types: 8, dim: 4, depth: 2 } } as RunSummary;
const child = (id: string, accuracy: number, change: object = {}) =>
  ({ ...parent, id, parent: 'p', status: 'finished', accuracy, pruning, firstEpoch: 2, lastEpoch: 5, ...change }) as RunSummary;
const among = (...runs: RunSummary[]) => new Map([parent, ...runs].map((run) => [run.id, run]));

it('knows what cuts like one have come to', () => {
  const runs = among(
    child('a', 0.9),
    child('b', 0.94, { pruning: { ...pruning, backbone: 0.55 } }),
    child('c', 0.1, { pruning: { ...pruning, criterion: 'random' } }),
    child('d', 0.1, { pruning: { ...pruning, capsules: 0.25 } }),
    child('e', 0.1, { status: 'failed' }),
    child('f', 0.1, { pruning: { ...pruning, backbone: 0, blocks: [0.5, 0.5, 0.5] } }),
  );
  const reached = reachedBy(pruning, parent, runs)!;
  expect(reached).toMatchObject({ runs: 2, epochs: 3 });
  expect(reached.mean).toBeCloseTo(0.92, 12);
  expect(reached.sd).toBeCloseTo(0.02 * Math.SQRT2, 12);
  expect(reachedBy(pruning, parent, among(child('a', 0.9)))!.sd).toBeNull();
  expect(reachedBy(pruning, parent, among())).toBeNull();
});

it('adds up what a cut and its controls take', () => {
  const cost = {
    network: networkOf({ types: 4, dim: 4, depth: 1 }),
    input: { height: 28, width: 28, channels: 1, classes: 10 },
    settings: [pruning],
    controls: [],
    behind: 3,
    epochs: 2,
    images: 1000,
    rate: 1e9,
  };
  const cut = secondsOf(cost)!;
  const withScratch = secondsOf({ ...cost, controls: ['scratch'] })!;
  // Five epochs of the same network beside two.
  expect(withScratch / cut).toBeCloseTo(3.5, 9);
  expect(secondsOf({ ...cost, controls: ['unpruned'] })!).toBeGreaterThan(withScratch);
  expect(secondsOf({ ...cost, rate: null })).toBeNull();
});
