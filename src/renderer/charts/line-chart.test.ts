import { expect, it } from 'vitest';
import { lineDatasets, seriesTable, type Series } from './line-chart.ts';

const style = { colour: '#000', dash: [], point: 'circle' as const };
const series = (key: string, points: [number, number][]): Series => ({
  key,
  label: key,
  style,
  points: points.map(([x, y]) => ({ x, y })),
});

it('lists curves by position, with gaps where a curve has nothing', () =>
  expect(
    seriesTable({ label: 'epoch', exact: String }, [
      series('a', [
        [1, 0.5],
        [2, 0.6],
      ]),
      series('b', [
        [2, 0.7],
        [3, 0.8],
      ]),
    ]),
  ).toEqual([
    // prettier-ignore
    ['epoch', 'a', 'b'],
    [1, 0.5, ''],
    [2, 0.6, 0.7],
    [3, '', 0.8],
  ]));

it('marks single points, and none of thousands', () => {
  const many = Array.from({ length: 5000 }, (_, i): [number, number] => [i, i]);
  expect(lineDatasets([series('a', [[1, 1]]), series('b', many)]).map(({ pointRadius }) => pointRadius)).toEqual([4, 0]);
});
