import { describe, expect, it } from 'vitest';
import type { LayerCut } from '../../shared/results.ts';
import { cutRank, ranking } from '../../shared/present/ranking.ts';
import { exampleReport } from '../../../test/report/example.ts';
import { viewRuns } from '../runs.ts';
import { bitmap, shrink } from './correlation.ts';
import { heatMap } from './heatmap.ts';
import { lineChart } from './lines.ts';
import { tickFormat, valueScale } from './plot.ts';
import { scoreChart } from './scores.ts';

const runs = viewRuns(exampleReport().runs);
const [first, second] = [runs[0]!, runs[2]!];

/** Coordinates of a path's corners. */
const corners = (path: string): number[][] => [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe('lineChart', () => {
  const chart = lineChart({
    id: 'a',
    title: 'A < B',
    x: { label: 'epoch' },
    y: { label: 'v', exact: String, domain: [0, 1] },
    lines: [
      { run: first, points: [1, 2, 3].map((x) => ({ x, y: x / 4 })) },
      { run: second, points: [{ x: 3, y: 1 }, { x: 4, y: NaN }, { x: 5, y: 0 }] }, // prettier-ignore
    ],
  });
  const lines = [...chart.graphic.text.matchAll(/class="line" d="(M[^"]+L[^"]*)"/g)].map(([, d]) => corners(d!));

  it('places points in proportion to their values, upwards', () => {
    const [a, b] = lines;
    const [bottom, top] = [b![1]![1]!, b![0]![1]!];
    expect(top).toBeLessThan(bottom);
    for (const [i, share] of [0.25, 0.5, 0.75].entries()) expect(a![i]![1]).toBeCloseTo(bottom + share * (top - bottom), 1);
    expect(a![1]![0]! - a![0]![0]!).toBeCloseTo(a![2]![0]! - a![1]![0]!, 1);
    expect(a![2]![0]).toBe(b![0]![0]);
  });
  it('leaves out what is not a number', () => {
    expect(lines[1]).toHaveLength(2);
    expect(chart.graphic.text).not.toContain('NaN');
  });
  it('has a row per position and a column per run, with gaps where a run has nothing', () => {
    expect(chart.table.head.map(({ text }) => text)).toEqual(['epoch', first.record.name, second.record.name]);
    expect(chart.table.rows.map((row) => row.map(({ value }) => value))).toEqual([
      [undefined, 0.25, undefined],
      [undefined, 0.5, undefined],
      [undefined, 0.75, 1],
      [undefined, undefined, NaN],
      [undefined, undefined, 0],
    ]);
  });
  it('keeps one position per row for the pointer', () => {
    expect(/data-x="([^"]+)"/.exec(chart.graphic.text)![1]!.split(' ')).toHaveLength(5);
  });
  it('draws a single epoch, a constant and nothing at all without dividing by zero', () => {
    for (const points of [
      [{ x: 1, y: 0.5 }],
      [
        { x: 1, y: 0 },
        { x: 2, y: 0 },
      ],
      [],
    ])
      // prettier-ignore
      for (const log of [false, true]) {
        const { graphic } = lineChart({ id: 'b', title: 'B', x: { label: 'e' }, y: { label: 'v', exact: String, log }, lines: [{ run: first, points }] });
        expect(graphic.text).not.toMatch(/NaN|Infinity/);
      }
  });
});

describe('tick labels', () => {
  it('have the same number of digits, and a narrow space before a unit', () => {
    const axis = { label: 'v', exact: String, tick: '%' };
    const scale = valueScale(axis, [0.951, 0.953], [0, 100]);
    expect(scale.ticks(5).map(tickFormat(axis, scale))).toContain('95.20\u202f%');
  });
});

describe('scores', () => {
  const cut: LayerCut = { layer: 'primary', unit: 'channel', scores: [0.5, 2, 1, 1, 0.1], kept: [1, 2, 3] };
  it('are ranked from high to low, equal ones by index', () => expect(ranking(cut)).toEqual([1, 2, 3, 0, 4]));
  it('are cut after the last that stays', () => expect(cutRank(cut)).toBe(3));
  it('have no cut line where the cut does not follow them', () => expect(cutRank({ ...cut, kept: [0, 1, 2] })).toBeNull());
  it('draw one bar per channel, kept and cut apart', () => {
    const [kept, gone] = [...scoreChart(first, cut).text.matchAll(/class="bar[^"]*" d="([^"]*)"/g)].map(
      ([, d]) => d!.split('z').length - 1,
    );
    expect([kept, gone]).toEqual([3, 2]);
  });
});

describe('heatMap', () => {
  const row = { layer: 'capsules.0', values: [0, 0.005, 0.4], inactive: [true, true, false] };
  const { text } = heatMap('Activation', [{ run: first, summary: '', rows: [row] }, { run: second, summary: '', rows: [{ ...row, values: [0.8, 0.4, 0.4], inactive: [false, false, false] }] }], 0.01, 'length'); // prettier-ignore
  const cells = [...text.matchAll(/fill="([^"]+)"><title>([^<]+)/g)];
  it('paints equal values alike in all panels', () => {
    const ofFour = cells.filter(([, , title]) => title!.includes('0.4')).map(([, fill]) => fill);
    expect(ofFour).toHaveLength(3);
    expect(new Set(ofFour).size).toBe(1);
  });
  it('crosses out exactly the inactive types', () => {
    const crosses = [...text.matchAll(/class="cross( dark)?" d="([^"]*)"/g)].map(([, , d]) => d!.split('M').length - 1);
    expect(crosses.reduce((a, b) => a + b)).toBe(2 + 1); // and the one of the key
    expect(cells.filter(([, , title]) => title!.includes('inactive'))).toHaveLength(2);
  });
});

describe('correlation pictures', () => {
  it('shrink by averaging blocks', () => {
    const matrix = Array.from({ length: 192 }, (_, r) => Array.from({ length: 192 }, (_, c) => (r < 2 && c < 2 ? 1 : 0)));
    const small = shrink(matrix);
    expect([small.length, small[0]!.length, small[0]![0], small[0]![1]]).toEqual([96, 96, 1, 0]);
    expect(shrink([[1, -1], [-1, 1]])).toEqual([[1, -1], [-1, 1]]); // prettier-ignore
  });
  it('are bitmaps with blue for −1, red for 1, rows padded to four bytes', () => {
    const file = bitmap([[-1, 0, 1], [0, 0, 0], [0, 0, 0]]); // prettier-ignore
    expect(file.length).toBe(54 + 1024 + 3 * 4);
    const colour = (i: number) => [...file.subarray(54 + 4 * file[54 + 1024 + i]!)].slice(0, 3);
    const [[blue, , blueRed], , [redBlue, , red]] = [colour(0), colour(1), colour(2)] as [number[], number[], number[]];
    expect(blue).toBeGreaterThan(blueRed!);
    expect(red).toBeGreaterThan(redBlue!);
  });
});
