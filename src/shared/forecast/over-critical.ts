/** Gain over critical gain of a network as one number, by which networks of every size can be put on one axis. Depth is not in it. */
import type { InputShape, NetworkSpec } from '../spec/network.ts';
import { beyondTheLaw, forecast, gainRatio } from './forecast.ts';
import { weakestOf } from './sentence.ts';

/**
 * Of the layer that passes on least. Below 1 no length is kept however many layers there are; a few of them may still be active.
 * Null without intermediate layers, and where shortcuts or capsule biases keep activity up. Throws NetworkSpecError as forecast() does.
 */
export function gainOverCritical(spec: NetworkSpec, input: InputShape): number | null {
  const weakest = beyondTheLaw(spec) ? null : weakestOf(forecast(spec, input));
  return weakest && gainRatio(weakest);
}
