import { expect, it } from 'vitest';
import type { ClusterStudy, RunSummary } from '../../shared/contract/index.ts';
import { asTheyStand, waitingThere, withoutWeights } from './cluster-runs.ts';

const run = (id: string, status: RunSummary['status'], weightBytes = 0): RunSummary =>
  ({ id, status, weightBytes, firstEpoch: 2, epoch: 2 }) as RunSummary;
const runs = [
  run('a', 'finished', 9),
  run('b', 'finished'),
  run('c', 'queued'),
  run('d', 'queued'),
  run('e', 'queued'),
  run('f', 'queued'),
];
const cluster = {
  running: [
    { run: 'c', epoch: 4 },
    { run: 'd', epoch: null },
    { run: 'b', epoch: 1 },
  ],
  interrupted: ['e'],
} as unknown as ClusterStudy;

it('shows runs of a study elsewhere as they stand there, unless more is known of them here', () => {
  expect(asTheyStand(runs, cluster).map(({ status, epoch }) => [status, epoch])).toEqual([
    ['finished', 2],
    ['finished', 2],
    ['running', 4],
    ['running', 2],
    ['interrupted', 2],
    ['queued', 2],
  ]);
  expect(waitingThere(runs, cluster)).toEqual(['f']);
  expect(asTheyStand(runs, undefined)).toBe(runs);
  expect(waitingThere(runs, undefined)).toEqual([]);
});

it('knows runs whose weights have stayed elsewhere', () => {
  expect(withoutWeights(runs).map(({ id }) => id)).toEqual(['b']);
});
