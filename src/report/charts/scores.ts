/** Importance of the channels (or capsule types) of one layer, highest first, and which of them were cut. */
import type { LayerCut } from '../../shared/results.ts';
import { count, real } from '../../shared/present/format.ts';
import { cutRank, ranking } from '../../shared/present/ranking.ts';
import { markup, type Html } from '../markup.ts';
import { runClass, type RunView } from '../runs.ts';
import { baseAxis, type Box, px, valueAxis, valueScale } from './plot.ts';

const frame: Box = { width: 284, height: 190, left: 50, right: 10, top: 30, bottom: 42 };

export function scoreChart(run: RunView, cut: LayerCut): Html {
  const order = ranking(cut);
  const kept = new Set(cut.kept);
  const bottom = frame.height - frame.bottom;
  const axis = { label: 'score', exact: real };
  const scale = valueScale(axis, [0, ...cut.scores], [bottom, frame.top]);
  const step = (frame.width - frame.left - frame.right) / Math.max(1, order.length);
  const zero = px(scale(0));
  const bar = (unit: number, rank: number) => {
    const y = px(scale(cut.scores[unit]!));
    return `M${px(frame.left + rank * step)} ${zero}V${y}h${px(Math.max(0.5, step - (step > 3 ? 1 : 0.2)))}V${zero}z`;
  };
  const bars = (stay: boolean) => order.map((unit, rank) => (kept.has(unit) === stay ? bar(unit, rank) : '')).join('');
  const rank = cutRank(cut);
  const at = rank === null ? 0 : px(frame.left + rank * step);
  const line =
    rank !== null &&
    rank < order.length &&
    markup`<path class="threshold" d="M${at} ${frame.top - 4}V${bottom}"/><text class="small" x="${at > frame.width / 2 ? at - 5 : at + 5}" y="${frame.top + 4}" text-anchor="${at > frame.width / 2 ? 'end' : 'start'}">cut</text>`;
  const units = cut.unit === 'type' ? 'types' : 'channels';
  const ticks = [0, order.length].map((n) => ({ at: frame.left + n * step, text: count(n) }));
  return markup`<svg viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${run.record.name}, ${cut.layer}: ${kept.size} of ${order.length} ${units} kept"><text class="name" x="${frame.left}" y="14">${cut.layer}</text><text class="small" x="${frame.width - frame.right}" y="14" text-anchor="end">${count(kept.size)} of ${count(order.length)} kept</text>${valueAxis(axis, scale, frame)}<path class="bar ${runClass(run)}" d="${bars(true)}"/><path class="bar cut" d="${bars(false)}"/>${baseAxis(`${units}, highest score first`, ticks, frame)}${line}</svg>`;
}
