/** One line per run over epochs or over layers. */
import { scaleLinear, scalePoint } from 'd3-scale';
import type { Figure, Table } from '../figure.ts';
import { markup, type Part } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';
import { legend } from './legend.ts';
import { type Axis, baseAxis, type Box, box, px, valueAxis, valueScale, wholeTicks } from './plot.ts';

export interface Line {
  run: RunView;
  /** x is an epoch, or an index into the categories. Points without a finite y are left out. */
  points: readonly { x: number; y: number }[];
}

export interface LineChart {
  id: string;
  title: string;
  note?: Part;
  x: { label: string; categories?: readonly string[] };
  y: Axis;
  lines: readonly Line[];
  wide?: boolean;
}

/** Draws every marker up to this many points of a line, then only some of them. */
const MARKERS = 16;

/** Width of a chart that takes the whole page. */
const WIDE = 1160;

export function lineChart({ id, title, note, x, y, lines, wide }: LineChart): Figure {
  const frame = wide ? { ...box, width: WIDE } : box;
  const positions = [...new Set(lines.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const scaleX = horizontal(frame, x.categories, positions);
  const drawn = lines.map(({ run, points }) => ({ run, points: points.filter((p) => Number.isFinite(p.y) && (!y.log || p.y > 0)) }));
  const scaleY = valueScale(
    y,
    drawn.flatMap(({ points }) => points.map((p) => p.y)),
    [frame.height - frame.bottom, frame.top],
  );
  const ticks = x.categories
    ? x.categories.map((text, i) => ({ at: scaleX.at(i), text }))
    : scaleX.ticks.map((value) => ({ at: scaleX.at(value), text: String(value) }));
  const paths = drawn.map(({ run, points }) => {
    const spots = points.map((p) => `${px(scaleX.at(p.x))} ${px(scaleY(p.y))}`);
    const every = Math.ceil(spots.length / MARKERS);
    // Counted from the end, so that the last point always has its marker.
    const marked = spots.filter((_, i) => (spots.length - 1 - i) % every === 0);
    return markup`<g class="series ${runClass(run)}"><path class="line" d="${spots.length > 1 ? `M${spots.join('L')}` : ''}"/><path class="mark" d="${marked.map((spot) => `M${spot}${run.style.marker}`).join('')}"/></g>`;
  });
  const names = legend(
    lines.map(({ run }) => run),
    frame.width,
    frame.height,
  );
  const label = (position: number) => x.categories?.[position] ?? String(position);
  const graphic = markup`<svg viewBox="0 0 ${frame.width} ${frame.height}" data-full-height="${names.height}" data-x="${positions.map((p) => px(scaleX.at(p))).join(' ')}" role="img" aria-label="${title}">${valueAxis(y, scaleY, frame)}${baseAxis(x.label, ticks, frame)}${paths}${names.graphic}</svg>`;
  return { id, title, graphic, table: pivot(x.label, y, lines, positions, label), ...(note ? { note } : {}), ...(wide ? { wide } : {}) };
}

function horizontal(frame: Box, categories: readonly string[] | undefined, positions: readonly number[]) {
  const range: [number, number] = [frame.left + 12, frame.width - frame.right - 12];
  if (categories) {
    const scale = scalePoint<number>()
      .domain(categories.map((_, i) => i))
      .range(range)
      .padding(0.4);
    return { at: (value: number) => scale(value) ?? NaN, ticks: [] };
  }
  const [first, last] = [positions[0] ?? 1, positions.at(-1) ?? 1];
  const scale = scaleLinear()
    .domain(first === last ? [first - 0.5, first + 0.5] : [first, last])
    .range(range);
  return { at: (value: number) => scale(value), ticks: wholeTicks(scale, Math.min(10, last - first + 1)) };
}

/** One row per position, one column per run. */
function pivot(label: string, axis: Axis, lines: readonly Line[], positions: readonly number[], name: (position: number) => string): Table {
  const values = lines.map(({ points }) => new Map(points.map((p) => [p.x, p.y])));
  return {
    head: [{ text: label }, ...lines.map(({ run }) => ({ text: run.record.name, run: runClass(run) }))],
    rows: positions.map((position) => [
      { text: name(position) },
      ...lines.map(({ run }, i) => {
        const value = values[i]!.get(position);
        return value === undefined ? { text: '', run: runClass(run) } : { text: axis.exact(value), value, run: runClass(run) };
      }),
    ]),
  };
}
