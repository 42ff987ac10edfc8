import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../shared/results.ts';
import { compared, comparisonTable } from './comparison.ts';

function record(
  name: string,
  arm: RunRecord['arm'],
  params: number,
  accuracy: number,
  inactive: number[],
  of: number,
  speed: number,
): RunRecord {
  const perLayer = inactive.map((count, l) => ({ layer: `capsules.${l}`, inactive: count, of, activations: [] }));
  const total = inactive.reduce((a, b) => a + b, 0);
  return {
    id: name,
    name,
    role: arm === 'source' || arm === 'pruned' ? arm : 'unpruned',
    arm,
    parent: null,
    twin: null,
    status: 'finished',
    seed: 1,
    pruning: null,
    params,
    flops: 1,
    epochs: 1,
    accuracy,
    top5: 1,
    loss: 0,
    inactive: { total, of: of * inactive.length, threshold: 0.01, criterion: 'mean-vector', perLayer },
    activityAtStart: [],
    dead: null,
    imagesPerSecond: speed,
    peakMemoryBytes: 0,
    weightBytes: 0,
    findings: [],
    weights: '',
  };
}

const unpruned = record('unpruned', 'unpruned', 2641680, 0.9712, [2, 7, 12], 16, 100);
const source = record('source', 'source', 2641680, 0.9, [1, 1, 1], 16, 100);
const pruned = { ...record('pruned', 'pruned', 700000, 0.98, [0, 1, 2], 8, 185.4), twin: 'unpruned' };

it('shows under each run how it differs from its own twin', () => {
  expect(comparisonTable(compared([unpruned, pruned], null))).toBe(
    [
      'run         test acc.           inactive  by layer  parameters  images/s',
      'unpruned      97.12 %  21 of 48 (43.8 %)  2  7  12   2,641,680       100',
      'pruned        98.00 %   3 of 24 (12.5 %)  0  1   2     700,000       185',
      'difference   +0.88 pp           -31.3 pp               -73.5 %   +85.4 %',
    ].join('\n'),
  );
  const ccm = { ...record('ccm', 'ccm', 2641680, 0.98, [0, 1, 2], 16, 100), twin: 'unpruned' };
  const [, , , difference] = comparisonTable(compared([unpruned, ccm], null)).split('\n');
  expect(difference).toMatch(/ -18, -37\.5 pp +-2 +-6 +-10 /);
});

it('leaves out what cannot be compared: layers of networks of different depth, shares without capsules', () => {
  const flat = record('flat', 'pruned', 10, 0.5, [], 16, 0);
  const lines = comparisonTable(compared([unpruned, flat], unpruned)).split('\n');
  expect(lines[2]).toMatch(/^flat +50\.00 % +0 of 0 +10 +–$/);
  expect(lines[3]).toMatch(/^difference +-47\.12 pp +-100\.0 %$/);
});

describe('a run is held against', () => {
  const other = record('other', 'unpruned', 5, 0.9, [0, 0, 0], 4, 1);
  const control = { ...record('control', 'scratch', 5, 0.9, [0, 0, 0], 4, 1), twin: 'other' };
  const baselines = (runs: RunRecord[], against: RunRecord | null = null) =>
    compared(runs, against).map(({ baseline }) => baseline?.name ?? null);

  it('its own twin, whichever comes first', () => {
    expect(baselines([other, pruned, unpruned, source, control])).toEqual([null, 'unpruned', null, null, 'other']);
  });
  it('nothing when its twin is not among them', () => expect(baselines([other, pruned, source])).toEqual([null, null, null]));
  it('the one that was asked for', () => expect(baselines([pruned, source, control], source)).toEqual(['source', null, 'source']));
});

it('says below the table that the speed of a dead network is no gain', () => {
  const dead = record('dead', 'unpruned', 10, 0.1, [16, 16], 16, 900);
  const [, note] = comparisonTable(compared([unpruned, dead], unpruned)).split('\n\n');
  expect(note).toContain('without one active intermediate capsule');
});
