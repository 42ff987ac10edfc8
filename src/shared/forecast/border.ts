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
/** What is left along an axis, by what it depends on: the layers of a network have few different maps. */
const known = new Map<string, number>();

/**
 * The share of the gain that is left on the layer's map, from 0 to 1. Where a map is followed by one of its own size, activity
 * gathers in the middle after some layers; it is this profile that counts (the operator's largest eigenvalue). Windows are
 * rectangles, so it is the product of what is left along either axis, and a page can ask for it at every key.
 */
export function shareOnMap({ inHeight, inWidth, outHeight, outWidth, kernelHeight, kernelWidth, stride, padding }: RoutingShape): number {
  const passes = inHeight === outHeight && inWidth === outWidth ? PASSES : 1;
  const axis = (inside: number, outside: number, kernel: number) => {
    const key = [inside, outside, kernel, stride, padding, passes].join();
    const before = known.get(key);
    if (before !== undefined) return before;
    let profile = new Array<number>(inside).fill(1);
    let share = 1;
    for (let pass = 0; pass < passes; pass++) {
      const next = lineMeans(profile, { outside, kernel, stride, padding });
      share = mean(next) / mean(profile);
      profile = next.map((value) => value / share);
    }
    known.set(key, share);
    return share;
  };
  return axis(inHeight, outHeight, kernelHeight) * axis(inWidth, outWidth, kernelWidth);
}

/** The mean under every window along one axis. */
function lineMeans(below: number[], line: { outside: number; kernel: number; stride: number; padding: number }): number[] {
  return Array.from({ length: line.outside }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < line.kernel; k++) sum += below[i * line.stride + k - line.padding] ?? 0;
    return sum / line.kernel;
  });
}
