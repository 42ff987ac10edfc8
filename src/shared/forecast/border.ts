/**
 * What a zero-padded border takes: windows at it have fewer children than the K that the gain is of. Only the squares of the
 * lengths matter here, and of these a window takes the mean, with zeros outside.
 */
import type { RoutingShape } from '../describe.ts';

/** Mean squares of the capsules' lengths at every position of a map, row-major. */
export type SquareMap = number[];

/** For every position above, the mean under its window. */
export function windowMeans(below: SquareMap, shape: RoutingShape): SquareMap {
  const { inHeight, inWidth, outHeight, outWidth, kernelHeight, kernelWidth, stride, padding } = shape;
  const means: SquareMap = [];
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++) {
      let sum = 0;
      for (let ky = 0; ky < kernelHeight; ky++)
        for (let kx = 0; kx < kernelWidth; kx++) {
          const [inY, inX] = [y * stride + ky - padding, x * stride + kx - padding];
          if (inY >= 0 && inY < inHeight && inX >= 0 && inX < inWidth) sum += below[inY * inWidth + inX]!;
        }
      means.push(sum / (kernelHeight * kernelWidth));
    }
  return means;
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Passes over a map after which its profile no longer changes. */
const PASSES = 50;

/**
 * The share of the gain that is left on the layer's map, from 0 to 1. Where a map is followed by one of its own size, activity
 * gathers in the middle after some layers; it is this profile that counts (the operator's largest eigenvalue).
 */
export function shareOnMap(shape: RoutingShape): number {
  const { inHeight, inWidth, outHeight, outWidth } = shape;
  let profile: SquareMap = new Array<number>(inHeight * inWidth).fill(1);
  const repeats = inHeight === outHeight && inWidth === outWidth;
  for (let pass = 1; repeats && pass < PASSES; pass++) {
    const next = windowMeans(profile, shape);
    const scale = mean(next);
    profile = next.map((value) => value / scale);
  }
  return mean(windowMeans(profile, shape)) / mean(profile);
}
