import { expect, it } from 'vitest';
import { drawnArm } from '../model/run-styles.ts';
import { accuracyAxis } from './axes.ts';
import { stacked, trendConfiguration, type TrendLine } from './trend-chart.ts';

const look = { text: '#000', muted: '#666', grid: '#eee', line: '#999', back: '#fff', accent: '#00f', selection: '#00f2' };
const line: TrendLine = {
  label: 'pruned',
  style: drawnArm('pruned', false),
  points: [
    { x: 1, mean: 0.9, band: [0.8, 1.1], n: 4 },
    { x: 3, mean: 0.5, band: null, n: 1 },
  ],
};

it('draws a band around every line, within what is possible, and none where there is no interval', () => {
  const x = { label: 'L', exact: String };
  const { data, options } = trendConfiguration([line], x, { ...accuracyAxis, min: 0, max: 1 }, [], look);
  const [low, high, means] = data.datasets;
  expect([low!.data, high!.data]).toEqual([
    [
      { x: 1, y: 0.8 },
      { x: 3, y: 0.5 },
    ],
    [
      { x: 1, y: 1 },
      { x: 3, y: 0.5 },
    ],
  ]);
  expect(means).toMatchObject({
    label: 'pruned',
    data: [
      { x: 1, y: 0.9 },
      { x: 3, y: 0.5 },
    ],
  });
  expect([low!.label, high!.label]).toEqual(['', '']);
  const said = options!.plugins!.tooltip!.callbacks!.label!.call(null as never, { datasetIndex: 2, dataIndex: 0 } as never);
  expect(said).toMatch(/pruned 90\.00.% \[80\.00.%, 110\.00.%\], 4 runs/u);
});

it('puts names that would cover each other one below the other, around where they belong', () => {
  expect(stacked([50, 50, 50], 10)).toEqual([40, 50, 60]);
  expect(stacked([80, 10, 15], 10)).toEqual([expect.closeTo(78.33, 1), expect.closeTo(8.33, 1), expect.closeTo(18.33, 1)]);
  expect(stacked([], 10)).toEqual([]);
});
