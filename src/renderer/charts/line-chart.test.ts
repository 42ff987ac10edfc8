import { expect, it } from 'vitest';
import { normAxis } from './axes.ts';
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

it('draws what is exactly 0 below everything else on a logarithmic axis, and says nothing of it without any', () => {
  const { zero } = normAxis([0.02, 0, 3]);
  expect(zero).toBeLessThan(0.02);
  expect(lineDatasets([series('a', [[1, 0.02], [2, 0]])], zero)[0]!.data).toEqual([{ x: 1, y: 0.02 }, { x: 2, y: zero }]); // prettier-ignore
  expect(normAxis([0.02, 3]).zero).toBeUndefined();
  expect(normAxis([0, 0]).zero).toBeGreaterThan(0);
});
