/** Where the charts of a page are looked at together: what one is pointed at, all of them read off. */
import type { Chart, Plugin } from 'chart.js';
import { itemsAt } from './every-series.ts';
import type { Look } from './look.ts';

export class Crosshair {
  /** Epoch of the network's whole life, as a fraction; null: nothing is pointed at. */
  epoch = $state<number | null>(null);
}

/** How epochs are laid out along an axis of steps or of time. Both ways, because a chart is pointed at in its own units. */
export interface Place {
  of: (epoch: number) => number;
  back: (x: number) => number;
}

export const byEpoch: Place = { of: (epoch) => epoch, back: (x) => x };

/** Draws the line, and tells the others where it is. `place` may change while the chart lives. */
export function crosshairPlugin(crosshair: Crosshair, place: () => Place, look: Look): Plugin {
  return {
    id: 'crosshair',
    afterEvent: (chart, { event, inChartArea }) => {
      if (event.type === 'mouseout') crosshair.epoch = null;
      else if (event.type === 'mousemove' && event.x !== null) {
        const x = inChartArea ? chart.scales['x']?.getValueForPixel(event.x) : undefined;
        crosshair.epoch = x === undefined ? null : place().back(x);
      }
    },
    beforeDatasetsDraw: (chart) => {
      if (crosshair.epoch === null) return;
      const { top, bottom, left, right } = chart.chartArea;
      const x = chart.scales['x']!.getPixelForValue(place().of(crosshair.epoch));
      if (x < left || x > right) return;
      const { ctx } = chart;
      ctx.save();
      ctx.strokeStyle = look.line;
      ctx.lineWidth = 1;
      ctx.beginPath();
      ctx.moveTo(Math.round(x) + 0.5, top);
      ctx.lineTo(Math.round(x) + 0.5, bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** Shows a chart what another one is pointed at. */
export function follow(chart: Chart, epoch: number | null, place: Place): void {
  const { tooltip } = chart;
  if (!tooltip) return;
  const items = epoch === null ? [] : itemsAt(chart, place.of(epoch));
  const x = epoch === null ? 0 : chart.scales['x']!.getPixelForValue(place.of(epoch));
  const shown = items.map(({ datasetIndex, index }) => ({ datasetIndex, index }));
  tooltip.setActiveElements(shown, { x, y: chart.chartArea.top + 12 });
  chart.draw();
}
