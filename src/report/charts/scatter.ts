/** One point per run in the plane of two measures: how accuracy and activity trade against each other. */
import type { Figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';
import { legend } from './legend.ts';
import { type Axis, baseAxis, box, px, tickFormat, valueAxis, valueScale } from './plot.ts';

export interface Scatter {
  id: string;
  title: string;
  note?: string;
  x: Axis;
  y: Axis;
  points: readonly { run: RunView; x: number; y: number }[];
}

export function scatter({ id, title, note, x, y, points }: Scatter): Figure {
  const usable = points.filter((p) => Number.isFinite(p.x) && Number.isFinite(p.y));
  const scaleX = valueScale(
    x,
    usable.map((p) => p.x),
    [box.left + 12, box.width - box.right - 12],
  );
  const scaleY = valueScale(
    y,
    usable.map((p) => p.y),
    [box.height - box.bottom, box.top],
  );
  const format = tickFormat(x, scaleX);
  const ticks = scaleX.ticks(5).map((value) => ({ at: scaleX(value), text: format(value) }));
  const marks = usable.map((p) => {
    const text = `${p.run.record.name}: ${x.label} ${x.exact(p.x)}, ${y.label} ${y.exact(p.y)}`;
    return markup`<g class="series ${runClass(p.run)}"><path class="mark big" transform="translate(${px(scaleX(p.x))} ${px(scaleY(p.y))}) scale(1.6)" d="${p.run.style.marker}"><title>${text}</title></path></g>`;
  });
  const names = legend(
    points.map((p) => p.run),
    box.width,
    box.height,
  );
  const graphic = markup`<svg viewBox="0 0 ${box.width} ${box.height}" data-full-height="${names.height}" role="img" aria-label="${title}">${valueAxis(y, scaleY)}${baseAxis(x.label, ticks)}${marks}${names.graphic}</svg>`;
  const rows = points.map((p) => [{ text: p.run.record.name }, { text: x.exact(p.x), value: p.x }, { text: y.exact(p.y), value: p.y }]);
  return { id, title, graphic, table: { head: [{ text: 'run' }, { text: x.label }, { text: y.label }], rows }, ...(note ? { note } : {}) };
}
