import { describe, expect, it } from 'vitest';
import { forecast } from '../../shared/forecast/forecast.ts';
import { networkOf } from '../../shared/spec/network.ts';
import { apart, gainMarksOf, marksOf, profileTable } from './activation-profile.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const many = forecast(networkOf({ types: 16, dim: 4, depth: 2 }), input);
const once = forecast(networkOf({ types: 8, dim: 16, depth: 2, iterations: 1 }), input);
const probed = forecast(networkOf({ types: 16, dim: 4, depth: 2 }), input, {
  ...{ draws: 2, images: 1, last: { weaker: [0.001], stronger: [0.002] } },
  layers: ['primary', 'capsules.0', 'capsules.1', 'classes'].map((layer, l) => ({ layer, mean: 0.4 / 10 ** l, sd: 0.001 })),
});

describe('the activation profile', () => {
  it('marks what images showed, else the law, and leaves out what nobody knows', () => {
    expect(marksOf(probed).map(({ length, sd }) => [length, sd])).toEqual([
      [0.4, 0.001],
      [0.04, 0.001],
      [0.004, 0.001],
    ]);
    expect(marksOf(once).map(({ layer, sd }) => [layer, sd])).toEqual([
      [0, null],
      [1, null],
      [2, null],
    ]);
    expect(marksOf(many).map(({ layer }) => layer)).toEqual([0]);
  });

  it('sets gains against the critical ones, without the class capsules', () => {
    expect(gainMarksOf(many).map(({ layer }) => layer)).toEqual([1, 2]);
    expect(gainMarksOf(many)[0]!.ratio).toBeCloseTo(many.layers[0]!.gain / many.layers[0]!.criticalGain, 12);
  });

  it('has all of it in a table', () => {
    const table = profileTable([{ key: 'now', label: 'now', forecast: probed }]);
    expect(table.map((row) => row[0])).toEqual(['layer', 'Primary', 'Capsules 1', 'Capsules 2', 'Classes']);
    expect(table[3]).toEqual(['Capsules 2', '0.56', '0.79', '–', '0.004 ± 0.001']);
    const two = profileTable([
      { key: 'a', label: 'before', forecast: many },
      { key: 'b', label: 'after', forecast: once },
    ]);
    expect(new Set(two.map((row) => row.length))).toEqual(new Set([9]));
    expect(two[0]![5]).toBe('gain, after');
  });

  it('keeps labels apart', () => {
    expect(apart([10, 14], 12)).toEqual([6, 18]);
    expect(apart([30, 10], 12)).toEqual([30, 10]);
    expect(apart([50, 50, 50], 12)).toEqual([38, 50, 62]);
    expect(apart([50, 52, 50], 12, 0, 55)).toEqual([31, 55, 43]);
    expect(apart([0, 4, 40], 12, 0)).toEqual([0, 12, 40]);
  });
});
