/** Activation per layer and capsule type, one panel per run, all on one colour scale. What is inactive is crossed out. */
import { scaleSequentialSqrt } from 'd3-scale';
import { interpolateCividis } from 'd3-scale-chromatic';
import { activation, real } from '../../shared/present/format.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, splitName, type RunView } from '../runs.ts';
import { px } from './plot.ts';

export interface HeatRow {
  layer: string;
  /** One value per capsule type. */
  values: number[];
  inactive: boolean[];
}

export interface HeatPanel {
  run: RunView;
  /** Line under the run's name. */
  summary: string;
  rows: HeatRow[];
}

const WIDTH = 1120;
const GAP = 28;
const LABEL = 78;
const HEAD = 46;
const CELL = 24;
const KEY = 56;
/** Share of the scale above which a cell is bright enough for a dark cross. */
const BRIGHT = 0.3;

/** All panels in one drawing. `threshold` is marked on the colour key. */
export function heatMap(title: string, panels: readonly HeatPanel[], threshold: number, unit: string): Html {
  const types = Math.max(1, ...panels.flatMap(({ rows }) => rows.map((row) => row.values.length)));
  const layers = Math.max(1, ...panels.map(({ rows }) => rows.length));
  const top = Math.max(threshold, ...panels.flatMap(({ rows }) => rows.flatMap((row) => row.values)));
  const colour = scaleSequentialSqrt(interpolateCividis).domain([0, top]);
  const columns = Math.min(panels.length, types > 40 ? 2 : 3);
  const panelWidth = (WIDTH - GAP * (columns - 1)) / columns;
  const cell = Math.min(CELL, (panelWidth - LABEL) / types);
  const panelHeight = HEAD + layers * CELL + 26;
  const height = KEY + panelHeight * Math.ceil(panels.length / columns);
  const drawn = panels.map((panel, i) => {
    const x = (panelWidth + GAP) * (i % columns);
    const y = KEY + panelHeight * Math.floor(i / columns);
    return markup`<g transform="translate(${px(x)} ${y})"><g class="${runClass(panel.run)}">${panelOf(panel, cell, colour, top)}</g></g>`;
  });
  return markup`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">${key(colour, top, threshold, unit)}${drawn}</svg>`;
}

type Colour = (value: number) => string;

function panelOf({ run, summary, rows }: HeatPanel, cell: number, colour: Colour, top: number): Html {
  const { head, detail } = splitName(run.record.name);
  return markup`<rect class="swatch" x="0" y="3" width="10" height="10"/><text class="name" x="16" y="12">${head}</text><text class="small" x="16" y="30">${detail && `${detail}: `}${summary}</text>${rows.map(
    (row, r) => {
      const y = HEAD + r * CELL;
      const middle = y + CELL / 2;
      const cells = row.values.map((value, i) => {
        const state = row.inactive[i] ? ', inactive' : '';
        return markup`<rect x="${px(LABEL + i * cell)}" y="${y}" width="${px(cell)}" height="${CELL}" fill="${colour(value)}"><title>${row.layer}, type ${i}: ${activation(value)}${state}</title></rect>`;
      });
      const arm = Math.min(4, cell / 3);
      const crosses = (bright: boolean) =>
        row.values
          .map((value, i) => {
            if (!row.inactive[i] || value > BRIGHT * top !== bright) return '';
            const [x, side] = [px(LABEL + (i + 0.5) * cell - arm), px(2 * arm)];
            return `M${x} ${px(middle - arm)}l${side} ${side}m0 -${side}l-${side} ${side}`;
          })
          .join('');
      return markup`<text class="small" x="${LABEL - 8}" y="${middle}" dy="0.32em" text-anchor="end">${row.layer}</text><g class="cells">${cells}</g><path class="cross" d="${crosses(false)}"/><path class="cross dark" d="${crosses(true)}"/>`;
    },
  )}`;
}

/** The colour key, with the threshold on it. */
function key(colour: Colour, top: number, threshold: number, unit: string): Html {
  const width = 300;
  const steps = 60;
  const at = (value: number) => LABEL + width * Math.sqrt(value / top);
  const strips = Array.from({ length: steps }, (_, i) => {
    const value = top * ((i + 0.5) / steps) ** 2;
    return markup`<rect x="${px(LABEL + (i * width) / steps)}" y="4" width="${px(width / steps + 1)}" height="12" fill="${colour(value)}"/>`;
  });
  const ticks = [0, 0.25, 0.5, 1].map((share) => share * top);
  const right = LABEL + width + 24;
  return markup`<g class="axis">${strips}${ticks.map((tick) => markup`<text x="${px(at(tick))}" y="30" text-anchor="middle">${real(tick, 2)}</text>`)}<path class="threshold" d="M${px(at(threshold))} 0V22"/><text class="small" x="${right}" y="14">${unit}</text><path class="threshold" d="M${right + 1} 20v12"/><text class="small" x="${right + 10}" y="30">threshold ${threshold}</text><rect class="cell-key" x="${right + 120}" y="19" width="14" height="14" fill="${colour(0)}"/><path class="cross" d="M${right + 123} 22l8 8m0 -8l-8 8"/><text class="small" x="${right + 141}" y="30">inactive</text></g>`;
}
