/** Strips of reconstructions: a class capsule with one dimension after the other changed. */
import type { Drawings } from '../../../shared/inside/look.ts';
import { toBytes } from './crop.ts';

/** By how much a dimension is changed at most, as in the papers. */
export const RANGE = 0.25;
/** Pictures of a strip: the middle one is the capsule as it is. */
export const STEPS = 9;

/** Dimensions, that which changes the picture most first. */
export const byEffect = ({ effect }: Pick<Drawings, 'effect'>): number[] =>
  effect.map((_, d) => d).sort((a, b) => effect[b]! - effect[a]! || a - b);

/** Less than this mean difference of a pixel is not seen: half a step of 256. */
export const INVISIBLE = 0.5 / 255;

/** One picture of a strip. */
export function stripPicture({ strips }: Drawings, dimension: number, step: number, size: number): Uint8Array<ArrayBuffer> {
  const start = (dimension * STEPS + step) * size;
  return toBytes(strips.subarray(start, start + size));
}

/** The picture of a strip that is nearest to what the dimension was changed by. */
export function nearestStep(offsets: readonly number[], offset: number): number {
  let best = 0;
  for (const [i, one] of offsets.entries()) if (Math.abs(one - offset) < Math.abs(offsets[best]! - offset)) best = i;
  return best;
}

/** Mean squared difference of what is drawn, in [0, 1], from an image in bytes. */
export const errorOf = (drawn: Float32Array, image: Uint8Array): number =>
  drawn.reduce((sum, value, i) => sum + (value - image[i]! / 255) ** 2, 0) / drawn.length;
