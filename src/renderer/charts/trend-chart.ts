/** Means along a number with their bands, as Chart.js draws them; each line is named at its end. */
import type { Chart, ChartConfiguration, ChartDataset, Plugin, TooltipItem } from 'chart.js';
import type { DrawnRun } from '../model/run-styles.ts';
import { levelAnnotation, type Level } from './line-chart.ts';
import { axisOptions, commonOptions, fontFamily, type Axis, type Look } from './look.ts';

export interface TrendLine {
  label: string;
  style: DrawnRun;
  /** Ascending in x. */
  points: readonly { x: number; mean: number; band: readonly [number, number] | null; n: number }[];
}

/** Colour with an opacity, as two more hexadecimal digits. */
const see = (colour: string, opacity: number) =>
  `${colour}${Math.round(255 * opacity)
    .toString(16)
    .padStart(2, '0')}`;

/** Three data sets a line: the lower edge of its band, the upper one filled down to it, and the means. */
export function trendConfiguration(
  lines: readonly TrendLine[],
  x: Axis,
  y: Axis,
  levels: readonly Level[],
  look: Look,
): ChartConfiguration<'line'> {
  const common = commonOptions(look, false);
  const ticks = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const clip = (value: number) => Math.max(y.min ?? -Infinity, Math.min(y.max ?? Infinity, value));
  const datasets = lines.flatMap(({ label, style, points }): ChartDataset<'line'>[] => {
    const edge = (side: 0 | 1) => points.map(({ x: at, mean, band }) => ({ x: at, y: clip(band?.[side] ?? mean) }));
    const band = { label: '', pointRadius: 0, pointHitRadius: 0, borderWidth: 0, borderColor: 'transparent' };
    return [
      { ...band, data: edge(0) },
      { ...band, data: edge(1), fill: '-1', backgroundColor: see(style.colour, 0.14) },
      {
        label,
        data: points.map(({ x: at, mean }) => ({ x: at, y: mean })),
        ...{ borderColor: style.colour, backgroundColor: style.colour, borderWidth: 1.75, borderDash: style.dash },
        ...{ pointStyle: style.point, rotation: style.turned, pointRadius: 4, pointHoverRadius: 5, clip: 8 as const },
      },
    ];
  });
  return {
    type: 'line',
    data: { datasets },
    options: {
      ...common,
      parsing: false,
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      layout: { padding: { right: 68, top: 4 } },
      scales: {
        x: { ...axisOptions(x, look, 'x'), afterBuildTicks: (scale) => (scale.ticks = ticks.map((value) => ({ value }))) },
        y: axisOptions(y, look, 'y'),
      },
      plugins: {
        ...common.plugins,
        annotation: { annotations: Object.fromEntries(levels.map((level, i) => [`level${i}`, levelAnnotation(level, look)])) },
        tooltip: {
          ...common.plugins?.tooltip,
          filter: ({ dataset }) => dataset.label !== '',
          callbacks: {
            title: ([item]) => (item ? `${x.label} ${x.exact(item.parsed.x ?? NaN)}` : ''),
            label: (item: TooltipItem<'line'>) => {
              const line = lines[(item.datasetIndex - 2) / 3];
              const point = line?.points[item.dataIndex];
              if (!line || !point) return '';
              const band = point.band ? ` [${y.exact(point.band[0])}, ${y.exact(point.band[1])}]` : '';
              return ` ${line.label} ${y.exact(point.mean)}${band}, ${point.n} runs`;
            },
          },
        },
      },
    },
    plugins: [endLabels(lines)],
  };
}

const LINE = 12;

/** Heights of labels, as near to these as their size allows; in the same order. */
export function stacked(heights: readonly number[], gap: number): number[] {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a]! - heights[b]! || a - b);
  const placed: number[] = [];
  for (const [place, i] of order.entries()) placed[i] = place === 0 ? heights[i]! : Math.max(heights[i]!, placed[order[place - 1]!]! + gap);
  const shift = placed.reduce((sum, height, i) => sum + height - heights[i]!, 0) / Math.max(1, heights.length);
  return placed.map((height) => height - shift);
}

/** Names behind the ends of the lines, none over another. */
function endLabels(lines: readonly TrendLine[]): Plugin<'line'> {
  return {
    id: 'endLabels',
    afterDatasetsDraw: ({ ctx, scales, chartArea }: Chart) => {
      const ends = lines.flatMap(({ label, style, points }) => {
        const last = points.at(-1);
        return last
          ? [{ label, colour: style.colour, y: scales['y']!.getPixelForValue(last.mean), x: scales['x']!.getPixelForValue(last.x) }]
          : [];
      });
      const heights = stacked(
        ends.map(({ y }) => y),
        LINE,
      );
      ctx.save();
      ctx.font = `11px ${fontFamily}`;
      ctx.textBaseline = 'middle';
      for (const [i, { label, colour, x }] of ends.entries()) {
        ctx.fillStyle = colour;
        ctx.fillText(label, x + 10, Math.max(chartArea.top, Math.min(chartArea.bottom, heights[i]!)));
      }
      ctx.restore();
    },
  };
}
