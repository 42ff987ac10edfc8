/** Mean length of the capsules of every layer at a moment of a run, from the primary capsules up. */
import type { NetworkForecast } from '../../../shared/forecast/forecast.ts';
import type { LayerActivity } from '../../../shared/results.ts';
import type { EpochMetrics } from '../../../shared/results.ts';
import { marksOf } from '../../charts/activation-profile.ts';

export interface DepthMark {
  layer: number;
  mean: number;
  /** Over the layer's types. */
  low: number;
  high: number;
}

export interface DepthLine {
  key: string;
  label: string;
  marks: DepthMark[];
}

const marks = (activity: readonly LayerActivity[]): DepthMark[] =>
  activity.map(({ meanLength }, layer) => ({
    layer,
    mean: meanLength.reduce((sum, one) => sum + one, 0) / Math.max(1, meanLength.length),
    low: Math.min(...meanLength),
    high: Math.max(...meanLength),
  }));

export const momentOf = ({ epoch, test }: EpochMetrics): DepthLine => ({
  key: `epoch ${epoch}`,
  label: `epoch ${epoch}`,
  marks: marks(test.activity),
});

/** What the network's own life shows: how it began (`beginning`), its best epoch where that is neither, and how it is now. */
export function momentsOf(epochs: readonly EpochMetrics[], beginning = 'init'): DepthLine[] {
  const [first, last] = [epochs[0], epochs.at(-1)];
  const began = first?.start ? [{ key: 'init', label: beginning, marks: marks(first.start.activity) }] : [];
  if (!last) return began;
  const deepest = ({ test }: EpochMetrics) => marks(test.activity).at(-1)?.mean ?? 0;
  const best = epochs.reduce((most, one) => (deepest(one) > deepest(most) ? one : most), last);
  // Worth a line only where much of it has been lost since.
  const lost = best.epoch < last.epoch && deepest(best) > 2 * deepest(last);
  return [...began, ...(lost ? [momentOf(best)] : []), momentOf(last)];
}

export function forecastLine(forecast: NetworkForecast | null): DepthLine | null {
  const known = forecast ? marksOf(forecast) : [];
  if (known.length < 2) return null;
  return {
    key: 'forecast',
    label: 'forecast',
    marks: known.map(({ layer, length }) => ({ layer, mean: length, low: length, high: length })),
  };
}
