/**
 * The mean-field law of fresh capsule layers with one routing iteration: how long capsules are above capsules of root mean
 * square length r, for a layer of gain g (shared/gain.ts). Holds for many capsules of many dimensions, away from padded borders.
 *
 *     squash             r → g·r² / (1 + g·r²)
 *     sensitive squash   r → 1 − exp(−√g · r)
 */
import { describe, type LayerDescription } from '../describe.ts';
import type { InputShape, NetworkSpec, Squash } from '../spec/network.ts';

/** Length that capsules get whose pre-squash length is √(squared). */
function squashed(squash: Squash, squared: number): number {
  return squash === 'squash' ? squared / (1 + squared) : 1 - Math.exp(-Math.sqrt(squared));
}

/** Length of the parents of capsules of length r. */
export function nextLength(squash: Squash, gain: number, r: number): number {
  return squashed(squash, gain * r ** 2);
}

/** Gain below which no length above 0 is kept. */
export const criticalGainOfLaw: Record<Squash, number> = { squash: 4, sensitive: 1 };

/** The greatest length that a layer of this gain keeps; 0 below the critical gain. */
export function fixedPoint(squash: Squash, gain: number): number {
  if (gain < criticalGainOfLaw[squash] || gain === 1) return 0;
  if (squash === 'squash') return (1 + Math.sqrt(1 - 4 / gain)) / 2;
  // Newton's method on r − 1 + exp(−√g·r), which is convex: from 1, it falls to the greater root and never below.
  const root = Math.sqrt(gain);
  let r = 1;
  for (let i = 0; i < 100; i++) {
    const decay = Math.exp(-root * r);
    const slope = 1 - root * decay;
    const next = slope > 0 ? r - (r - 1 + decay) / slope : r;
    if (Math.abs(next - r) < 1e-12) break;
    r = next;
  }
  return r;
}

/**
 * Length of fresh primary capsules, or null where they look straight at the image. Behind batch norm and ReLU a value is 0 or
 * positive with a mean square of 1/2, and weights and biases are uniform within ± 1/√fanIn, with a variance of 1 / (3 fanIn).
 */
export function primaryLength(spec: NetworkSpec): number | null {
  const below = spec.backbone.at(-1);
  if (!below) return null;
  const fanIn = below.channels * spec.primary.kernel ** 2;
  const variance = 1 / 2 / 3 + 1 / (3 * fanIn);
  return squashed(spec.squash, spec.primary.dim * variance);
}

/** A layer with routing, and the standard deviation of its initial matrices. */
export type RoutedLayer = LayerDescription & Required<Pick<LayerDescription, 'routing'>> & { sigma: number };

/** Layers with routing from below: the intermediate ones, then the class capsules. */
export function routedLayers(spec: NetworkSpec, input: InputShape): RoutedLayer[] {
  return describe(spec, input).layers.flatMap((layer) => {
    const { routing } = layer;
    const weight = layer.parameters.find(({ name }) => name === `${layer.name}.weight`);
    return routing && weight && 'normal' in weight.init ? [{ ...layer, routing, sigma: weight.init.normal }] : [];
  });
}
