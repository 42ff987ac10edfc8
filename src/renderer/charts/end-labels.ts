/** The names of curves at their last points, where there is no room for a legend. */
import type { Chart, Plugin } from 'chart.js';
import { fontFamily } from './look.ts';

const GAP = 12;
const FONT = `11px ${fontFamily}`;

let measuring: CanvasRenderingContext2D | undefined;

/** Pixels that these names take at the right of a chart. */
export function endWidth(labels: readonly string[]): number {
  if (labels.length === 0) return 0;
  measuring ??= document.createElement('canvas').getContext('2d')!;
  measuring.font = FONT;
  return Math.ceil(Math.max(...labels.map((label) => measuring!.measureText(label).width))) + 10;
}

interface End {
  label: string;
  colour: string;
  x: number;
  y: number;
}

/** Curves that end in the same place have one label where their names would not fit one below the other. */
export function together(ends: readonly End[], colour: string): End[] {
  const sorted = [...ends].sort((a, b) => a.y - b.y);
  const groups: End[][] = [];
  for (const end of sorted) {
    const last = groups.at(-1);
    if (last && end.y - last[0]!.y < 2) last.push(end);
    else groups.push([end]);
  }
  return groups.flatMap((group) =>
    group.length <= 2
      ? group
      : [{ ...group[0]!, label: group.length === ends.length ? `all ${group.length}` : `${group.length} others`, colour }],
  );
}

/** Heights from the least on, at least a gap apart, and within the limits if they all fit. Takes and answers them in ascending order. */
export function spaced(heights: readonly number[], gap: number, low: number, high: number): number[] {
  const down: number[] = [];
  for (const height of heights) down.push(Math.max(height, low, (down.at(-1) ?? -Infinity) + gap));
  const up: number[] = [];
  for (const height of down.reverse()) up.push(Math.min(height, (up.at(-1) ?? high + gap) - gap));
  return up.reverse();
}

function endsOf(chart: Chart): End[] {
  const { left, right, top, bottom } = chart.chartArea;
  return chart.getSortedVisibleDatasetMetas().flatMap((meta) => {
    const dataset = chart.data.datasets[meta.index]!;
    const last = meta.data.at(-1);
    // Curves without a name are the raw ones behind those that have one.
    if (!last || !('named' in dataset) || !dataset.named || last.x < left) return [];
    const y = Math.min(bottom, Math.max(top, last.y));
    return [{ label: dataset.label ?? '', colour: dataset.borderColor as string, x: Math.min(right, last.x), y }];
  });
}

/** And what the axis below is of, at its right. */
export const endLabels = (axis: string, muted: string): Plugin => ({
  id: 'endLabels',
  afterDatasetsDraw: (chart) => {
    const { top, bottom, right } = chart.chartArea;
    const ends = together(endsOf(chart), muted);
    const placed = spaced(
      ends.map(({ y }) => y),
      GAP,
      top,
      // Clear of what the axis is of.
      bottom - 4,
    );
    const { ctx } = chart;
    ctx.save();
    ctx.font = FONT;
    ctx.textBaseline = 'middle';
    for (const [i, { label, colour, x }] of ends.entries()) {
      ctx.fillStyle = colour;
      ctx.fillText(label, x + 7, placed[i]!);
    }
    ctx.fillStyle = muted;
    // Clear of the last number of the axis, half of which stands beyond its end.
    const number = chart.scales['x']?.ticks.at(-1)?.label;
    const beyond = typeof number === 'string' ? ctx.measureText(number).width / 2 : 0;
    ctx.fillText(axis, right + Math.max(7, beyond + 4), bottom + 12);
    ctx.restore();
  },
});
