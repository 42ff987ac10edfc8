/** Activations as colours: one scale for everything that is compared. */
import { scaleSequentialSqrt } from 'd3-scale';
import { interpolateCividis } from 'd3-scale-chromatic';
import { isCounted, isInactive } from '../../shared/inactive.ts';
import { criteria } from '../../shared/measures/criteria.ts';
import { portion } from '../../shared/present/format.ts';
import type { InactiveSummary, LayerActivity } from '../../shared/results.ts';
import type { InactivityCriterion } from '../../shared/spec/training.ts';

export interface HeatRow {
  layer: string;
  /** One per capsule type. */
  values: number[];
}

/** Primary capsules and all intermediate layers, from the input upwards. */
export function heatRows(activity: readonly LayerActivity[], criterion: InactivityCriterion): HeatRow[] {
  return activity.map((layer) => ({ layer: layer.layer, values: layer[criteria[criterion].reads] }));
}

/** Only intermediate layers are counted, and so only they are crossed out. */
export const crossedOut = (layer: string, value: number, threshold: number): boolean => isCounted(layer) && isInactive(value, threshold);

/** Top of the scale: the largest value, and never below the threshold. */
export function heatTop(rows: readonly HeatRow[], threshold: number): number {
  let top = Math.max(threshold, 1e-6);
  for (const { values } of rows) for (const value of values) top = Math.max(top, value);
  return top;
}

/** A square root spreads small values, which are what one looks for. Readable in every kind of colour vision. */
export function heatColour(top: number): (value: number) => string {
  return scaleSequentialSqrt(interpolateCividis).domain([0, top]);
}

/** Place on the colour key, in [0, 1]. */
export const onKey = (value: number, top: number): number => Math.sqrt(Math.min(1, Math.max(0, value / top)));

export const inactiveText = (inactive: Pick<InactiveSummary, 'total' | 'of'>): string => `${portion(inactive)} inactive`;
