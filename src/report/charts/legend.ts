/**
 * Names of runs beside a sample of line and marker. The page has one legend, in its head; a chart carries its own below
 * the visible part of the drawing, which comes to light only when the chart is saved as a file of its own.
 */
import { markup, type Html } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';

/** Line and marker of a run, 28 × 12 units. */
export function sample(run: RunView): Html {
  return markup`<g class="${runClass(run)}"><path class="line" d="M0 6H28"/><path class="mark" transform="translate(14 6)" d="${run.style.marker}"/></g>`;
}

const ROW = 20;

/** Legend below a drawing of this size, and the height of both together. */
export function legend(runs: readonly RunView[], width: number, height: number): { graphic: Html; height: number } {
  const longest = Math.max(...runs.map(({ record }) => record.name.length), 1);
  const columns = Math.max(1, Math.min(runs.length, Math.floor((width - 20) / (40 + 7 * longest))));
  const step = (width - 20) / columns;
  const graphic = markup`<g class="legend">${runs.map(
    (run, i) =>
      markup`<g class="${runClass(run)}" transform="translate(${Math.round(12 + step * (i % columns))} ${height + 8 + ROW * Math.floor(i / columns)})">${sample(run)}<text x="36" y="10">${run.record.name}</text></g>`,
  )}</g>`;
  return { graphic, height: height + 12 + ROW * Math.ceil(runs.length / columns) };
}
