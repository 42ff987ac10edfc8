import { expect, it } from 'vitest';
import { forecast } from '../../../shared/forecast/forecast.ts';
import type { EpochMetrics } from '../../../shared/results.ts';
import { NetworkFamily, networkOf } from '../../../shared/spec/network.ts';
import { forecastLine, momentsOf } from './depth-profile.ts';

const activity = (lengths: number[][]) =>
  lengths.map((meanLength, l) => ({ layer: l === 0 ? 'primary' : `capsules.${l - 1}`, meanLength }));
const epoch = (number: number, lengths: number[][], start?: number[][]) =>
  ({
    epoch: number,
    test: { activity: activity(lengths) },
    ...(start ? { start: { activity: activity(start) } } : {}),
  }) as unknown as EpochMetrics;

it('shows how it began, its best epoch, and how it is', () => {
  const lines = momentsOf([epoch(1, [[0.5], [0.2]], [[0.4], [0.1, 0.3]]), epoch(2, [[0.5], [0.4]]), epoch(3, [[0.5], [0.05]])]);
  expect(lines.map(({ label }) => label)).toEqual(['init', 'epoch 2', 'epoch 3']);
  expect(lines[0]!.marks[1]).toEqual({ layer: 1, mean: 0.2, low: 0.1, high: 0.3 });
});

it('leaves out a best epoch that is hardly better, and what was not measured', () =>
  expect(momentsOf([epoch(1, [[0.5], [0.2]]), epoch(2, [[0.5], [0.19]])]).map(({ label }) => label)).toEqual(['epoch 2']));

it('draws a forecast only where lengths are known', () => {
  const family = (iterations: number) => networkOf(NetworkFamily.parse({ types: 4, dim: 8, depth: 2, iterations }));
  const input = { height: 28, width: 28, channels: 1, classes: 10 };
  expect(forecastLine(forecast(family(1), input))?.marks).toHaveLength(3);
  expect(forecastLine(forecast(family(3), input))).toBeNull();
  expect(forecastLine(null)).toBeNull();
});
