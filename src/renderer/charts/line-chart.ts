/** Curves over epochs or steps, as Chart.js draws them. */
import type { ChartConfiguration, ChartDataset, TooltipItem } from 'chart.js';
import type { DrawnRun } from '../model/run-styles.ts';
import { endWidth } from './end-labels.ts';
import { axisOptions, commonOptions, type Axis, type Look } from './look.ts';

export interface Point {
  x: number;
  y: number;
}

export interface Series {
  key: string;
  label: string;
  style: Pick<DrawnRun, 'colour' | 'dash' | 'point' | 'turned'>;
  /** In ascending x. */
  points: readonly Point[];
  /** Single points are not marked, however few they are. */
  plain?: boolean;
  /** Behind another curve that is this one smoothed. */
  faint?: boolean;
}

export interface Level {
  axis: 'x' | 'y';
  value: number;
  label: string;
}

/** Of a few points all are marked; of many every so many, each curve at others, so that curves that coincide are both seen. */
const MOST_MARKED = 40;
const MARKS = 12;

function marked(count: number, nth: number): number | ((context: { dataIndex: number }) => number) {
  if (count <= MOST_MARKED) return count === 1 ? 4 : 2.5;
  const every = Math.ceil(Math.min(count, DECIMATED_TO) / MARKS);
  return ({ dataIndex }) => (dataIndex % every === (nth * Math.ceil(every / 5) + 1) % every ? 3 : 0);
}

/** Beyond as many points as there are pixels, more only cost time. */
const DECIMATED_TO = 1000;

/** @param zero where what is exactly 0 is drawn, on a logarithmic axis. */
export function lineDatasets(series: readonly Series[], zero?: number): ChartDataset<'line', Point[]>[] {
  return series.map(({ label, style, points, plain, faint }, nth) => ({
    label,
    // For end-labels.ts.
    named: !plain,
    data: zero === undefined ? (points as Point[]) : points.map((point) => (point.y === 0 ? { ...point, y: zero } : point)),
    borderColor: faint ? `${style.colour}55` : style.colour,
    backgroundColor: style.colour,
    borderWidth: faint ? 1 : 1.75,
    borderDash: style.dash,
    pointStyle: style.point,
    pointRotation: style.turned,
    pointRadius: plain && points.length > 1 ? 0 : marked(points.length, nth),
    pointHoverRadius: 5,
    pointHitRadius: 6,
    tension: 0,
    // Marks on the edge are drawn whole.
    clip: 6,
  }));
}

/** @param ends names that stand at the ends of curves, and what the axes are of goes without a title; null: no names */
export function lineOptions(
  x: Axis,
  y: Axis,
  levels: readonly Level[],
  look: Look,
  ends: readonly string[] | null = null,
): ChartConfiguration<'line', Point[]>['options'] {
  const common = commonOptions(look, true);
  const untitled = ends ? { title: { display: false } } : {};
  return {
    ...common,
    layout: { padding: { right: ends ? endWidth([...ends, x.label]) : 0 } },
    parsing: false,
    normalized: true,
    interaction: { mode: 'everySeries', axis: 'x', intersect: false },
    scales: {
      x: { ...axisOptions(x, look, 'x'), ...untitled },
      y: { ...axisOptions(y, look, 'y'), ...untitled, grace: axisGrace(y) },
    },
    plugins: {
      ...common.plugins,
      decimation: { enabled: true, algorithm: 'lttb', samples: DECIMATED_TO, threshold: 2 * DECIMATED_TO },
      tooltip: {
        ...common.plugins?.tooltip,
        itemSort: (a, b) => (b.parsed.y ?? 0) - (a.parsed.y ?? 0),
        callbacks: {
          title: ([item]) => (item ? `${x.label} ${x.exact(item.parsed.x ?? NaN)}` : ''),
          label: (item: TooltipItem<'line'>) =>
            ` ${y.exact(item.parsed.y === y.zero ? 0 : (item.parsed.y ?? NaN))}  ${item.dataset.label ?? ''}`,
        },
      },
      annotation: { annotations: Object.fromEntries(levels.map((level, i) => [`level${i}`, levelAnnotation(level, look)])) },
    },
  };
}

const axisGrace = (axis: Axis) => (axis.log || axis.max !== undefined || axis.within ? 0 : '4%');

export function levelAnnotation({ axis, value, label }: Level, look: Look) {
  return {
    type: 'line' as const,
    scaleID: axis,
    value,
    borderColor: look.muted,
    borderWidth: 1,
    borderDash: [4, 4],
    label: {
      display: true,
      content: label,
      // Beside the line, and where curves begin: there they seldom are.
      position: 'start' as const,
      ...(axis === 'y' ? { yAdjust: -8 } : {}),
      color: look.muted,
      backgroundColor: 'transparent',
      font: { size: 10, weight: 'normal' as const },
      padding: 2,
    },
  };
}

/** One row per x, one column per series. */
export function seriesTable(x: Axis, series: readonly Series[]): (string | number)[][] {
  const rows = new Map<number, (number | string)[]>();
  for (const [i, { points }] of series.entries())
    for (const point of points) {
      const row = rows.get(point.x) ?? [point.x, ...series.map(() => '')];
      row[i + 1] = point.y;
      rows.set(point.x, row);
    }
  const sorted = [...rows.values()].sort((a, b) => Number(a[0]) - Number(b[0]));
  return [[x.label, ...series.map(({ label }) => label)], ...sorted];
}
