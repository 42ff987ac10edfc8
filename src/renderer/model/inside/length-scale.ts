/** Lengths of capsules as shares of a colour scale. */
import { interpolateCividis } from 'd3-scale-chromatic';
import { VANISHED } from '../../../shared/forecast/verdict.ts';
import type { LayerLook } from '../../../shared/inside/look.ts';
import { longestIn } from './place.ts';

export const scaleKinds = ['root', 'log', 'rank'] as const;
export type ScaleKind = (typeof scaleKinds)[number];

export interface LengthScale {
  kind: ScaleKind;
  /** Ends of the scale. With ranks, shares of the capsules of a layer. */
  low: number;
  top: number;
  /** In [0, 1]. */
  share: (length: number, layer: number) => number;
}

/** Below it a length is 0 in the engine. */
const SMALLEST = 1e-38;

/** A square root shows what is long; logarithms show where a signal dies. Classes are drawn as bars, on the same scale. */
export const fittingKind = (layers: readonly LayerLook[]): ScaleKind =>
  layers.some((layer) => longestIn(layer) < VANISHED) ? 'log' : 'root';

/** One scale for all layers. @param others of a network that stands beside this one: both have the same scale */
export function lengthScale(kind: ScaleKind, layers: readonly LayerLook[], others: readonly LayerLook[] = []): LengthScale {
  const longest = [...layers, ...others].map(longestIn);
  const top = Math.max(VANISHED, ...longest);
  if (kind === 'rank') {
    const sorted = layers.map(({ lengths }) => lengths.toSorted());
    return { kind, low: 0, top: 1, share: (length, layer) => rankOf(sorted[layer] ?? new Float32Array(), length) };
  }
  if (kind === 'root') return { kind, low: 0, top, share: (length) => Math.sqrt(Math.min(1, length / top)) };
  // A decade below the weakest layer that has any signal left, so that its own pattern is seen.
  const weakest = Math.min(top, ...longest.filter((length) => length > 0));
  const low = Math.max(SMALLEST, 10 ** Math.floor(Math.log10(weakest) - 1));
  const span = Math.log(top / low);
  return { kind, low, top, share: (length) => (length <= low ? 0 : Math.min(1, Math.log(length / low) / span)) };
}

/** Share of the others that are shorter; where all are equal they are all in the middle. */
function rankOf(sorted: Float32Array, length: number): number {
  if (sorted.length < 2) return 1;
  const below = (than: (value: number) => boolean) => {
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (than(sorted[middle]!)) from = middle + 1;
      else to = middle;
    }
    return from;
  };
  const [shorter, notLonger] = [below((value) => value < length), below((value) => value <= length)];
  return (shorter + Math.max(0, notLonger - shorter - 1) / 2) / (sorted.length - 1);
}

const colours = Array.from({ length: 256 }, (_, i) =>
  interpolateCividis(i / 255)
    .match(/\d+/g)!
    .map(Number),
);

/** Red, green and blue of a share. */
export const rgbOf = (share: number): readonly number[] => colours[Math.round(255 * Math.max(0, Math.min(1, share)))]!;
export const colourOf = (share: number): string => `rgb(${rgbOf(share).join(' ')})`;
