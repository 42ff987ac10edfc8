import { expect, it } from 'vitest';
import { normAxis } from './axes.ts';
import { lineDatasets, seriesTable, type Series } from './line-chart.ts';

const style = { colour: '#000', dash: [], point: 'circle' as const, turned: 0 };
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

it('marks every one of a few points, and of thousands some, of each curve others', () => {
  const many = Array.from({ length: 5000 }, (_, i): [number, number] => [i, 0]);
  const [one, a, b] = lineDatasets([series('one', [[1, 1]]), series('a', many), series('b', many)]).map(({ pointRadius }) => pointRadius);
  expect(one).toBe(4);
  const marked = (radius: unknown) =>
    many.map(([at]) => at).filter((dataIndex) => (radius as (of: { dataIndex: number }) => number)({ dataIndex }) > 0);
  const [ofA, ofB] = [marked(a), marked(b)];
  expect(ofA.length).toBeGreaterThan(5);
  expect(ofA.length).toBe(ofB.length);
  expect(ofA.filter((at) => ofB.includes(at))).toEqual([]);
});

it('draws what is exactly 0 below everything else on a logarithmic axis, and says nothing of it without any', () => {
  const { zero } = normAxis([0.02, 0, 3]);
  expect(zero).toBeLessThan(0.02);
  expect(lineDatasets([series('a', [[1, 0.02], [2, 0]])], zero)[0]!.data).toEqual([{ x: 1, y: 0.02 }, { x: 2, y: zero }]); // prettier-ignore
  expect(normAxis([0.02, 3]).zero).toBeUndefined();
  expect(normAxis([0, 0]).zero).toBeGreaterThan(0);
});
