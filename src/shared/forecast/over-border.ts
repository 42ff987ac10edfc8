/** How far a network is from its border (verdict.ts) as one number, by which networks of every size and depth can be put on one axis. */
import type { InputShape, NetworkSpec } from '../spec/network.ts';
import { beyondTheLaw, forecast, gainRatio, lengthsByLaw } from './forecast.ts';
import { primaryLength, routedLayers } from './law.ts';
import { intermediateOf } from './sentence.ts';
import { VANISHED } from './verdict.ts';

/** Factors of gains beyond which no border is looked for. */
const FARTHEST = 1e4;
const STEPS = 60;

/**
 * Gain over border: 1 is the border itself. By the law where there is one: the factor by which all gains could shrink (or have to
 * grow) for the last intermediate layer to be at 0.01. Else gain over critical gain, the geometric mean over the intermediate layers.
 * Null without such layers, and where shortcuts or capsule biases keep activity up. Throws NetworkSpecError as forecast() does.
 */
export function gainOverBorder(spec: NetworkSpec, input: InputShape): number | null {
  const last = spec.intermediate.length - 1;
  if (last < 0 || beyondTheLaw(spec)) return null;
  const layers = routedLayers(spec, input);
  const start = primaryLength(spec);
  const lengthAt = (factor: number) => lengthsByLaw(spec, layers, start, factor)[last] ?? null;
  if (lengthAt(1) === null) {
    const logarithms = intermediateOf(forecast(spec, input)).map((layer) => Math.log(gainRatio(layer)));
    return Math.exp(logarithms.reduce((sum, one) => sum + one, 0) / logarithms.length);
  }
  // The length grows with the factor: halved in the logarithm.
  let [low, high] = [1 / FARTHEST, FARTHEST];
  for (let step = 0; step < STEPS; step++) {
    const middle = Math.sqrt(low * high);
    if (lengthAt(middle)! > VANISHED) high = middle;
    else low = middle;
  }
  return 1 / high;
}
