/** Pointing at a chart of curves: of every curve the point nearest to the pointer. Curves are measured at different places, and none is left out for it. */
import { Interaction, type Chart, type InteractionItem } from 'chart.js';

declare module 'chart.js' {
  interface InteractionModeMap {
    everySeries: (chart: Chart, at: { x: number | null; y: number | null }) => InteractionItem[];
  }
}

/** Index of the point nearest to x among points in ascending order; null beyond the ends of the curve. */
export function nearestPoint(points: readonly { x: number }[], x: number): number | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  const reach = points.length > 1 ? (last.x - first.x) / (points.length - 1) : Infinity;
  if (x < first.x - reach || x > last.x + reach) return null;
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle]!.x < x) low = middle + 1;
    else high = middle;
  }
  return low > 0 && x - points[low - 1]!.x < points[low]!.x - x ? low - 1 : low;
}

export function itemsAt(chart: Chart, x: number): InteractionItem[] {
  return chart.getSortedVisibleDatasetMetas().flatMap((meta) => {
    const parsed = meta._parsed as { x: number }[];
    const index = nearestPoint(parsed, x);
    const element = index === null ? undefined : meta.data[index];
    return index === null || !element ? [] : [{ element, datasetIndex: meta.index, index }];
  });
}

Interaction.modes.everySeries = (chart, { x }) => {
  const value = x === null ? undefined : chart.scales['x']?.getValueForPixel(x);
  return value === undefined ? [] : itemsAt(chart, value);
};
