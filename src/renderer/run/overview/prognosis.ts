/** How many capsule types will be inactive when a run ends, if activity goes on as in its last epochs. */
import { isCounted, isInactive } from '../../../shared/inactive.ts';
import { criteria, limitOf } from '../../../shared/measures/criteria.ts';
import type { EpochMetrics } from '../../../shared/results.ts';
import type { MeasureSpec } from '../../../shared/spec/training.ts';

/** Epochs in a row with less activity each make a trend, as for the finding that a layer is going out. */
const TREND = 3;

export interface Prognosis {
  layer: string;
  /** Types that are active now and will not be. */
  more: number;
  /** Epoch at which the last of them goes; at most the last of the run. */
  by: number;
  /** Whether none stays. */
  all: boolean;
}

/** Of intermediate layers that lose something until `lastEpoch`. */
export function prognoses(epochs: readonly EpochMetrics[], measure: MeasureSpec, lastEpoch: number): Prognosis[] {
  const recent = epochs.slice(-TREND);
  const now = recent.at(-1);
  const limit = limitOf(measure);
  if (!now || recent.length < TREND || limit <= 0) return [];
  const { reads } = criteria[measure.criterion];
  return now.test.activity.flatMap(({ layer, [reads]: values }, l) => {
    if (!isCounted(layer)) return [];
    const ends = values.flatMap((value, type) => {
      if (isInactive(value, limit)) return [];
      const before = recent.map(({ test }) => test.activity[l]?.[reads][type] ?? NaN);
      if (!before.every((one, i) => i === 0 || one < before[i - 1]!)) return [];
      const rate = Math.log(before[0]! / value) / (TREND - 1);
      const end = now.epoch + Math.max(1, Math.ceil(Math.log(value / limit) / rate));
      return end <= lastEpoch ? [end] : [];
    });
    if (ends.length === 0) return [];
    const active = values.filter((value) => !isInactive(value, limit)).length;
    return [{ layer, more: ends.length, by: Math.max(...ends), all: ends.length === active }];
  });
}

export const prognosisText = ({ more, by, all }: Prognosis): string =>
  all ? `all by epoch ${by}, at this rate` : `${more} more by epoch ${by}`;
