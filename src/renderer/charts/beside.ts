/** Marks that have the same values, drawn beside each other: moved on the page alone, so that axes and data know nothing of it. */
import type { Plugin } from 'chart.js';
import type { Offset } from '../model/scatter.ts';

/** By data set and mark. Moves what Chart.js has placed, whenever it has; pointers find marks where they are drawn. */
export const beside = (offsets: readonly (readonly Offset[])[]): Plugin => ({
  id: 'beside',
  afterDatasetUpdate: (_chart, { index, meta }) => {
    for (const [i, { x, y }] of (offsets[index] ?? []).entries()) {
      const element = meta.data[i];
      if (!element) continue;
      element.x += x;
      element.y += y;
    }
  },
});
