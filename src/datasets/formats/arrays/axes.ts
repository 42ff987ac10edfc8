/** Which axis of an array counts its images, where two are as long. */
import { strides, type NdArray } from './ndarray.ts';

/** Elements that are looked at along an axis. */
const sample = 100_000;
/** By so much one axis must be rougher to be taken instead of the usual one. */
const clearly = 1.25;
/** Fewer pixels a side tell nothing. */
const fewest = 8;

/** Along an image's sides neighbours are alike; from one image to the next they are not. */
export function imageAxisOf(array: NdArray, usual: number, other: number): number {
  if (array.shape[other]! < fewest) return usual;
  return roughness(array, other) > clearly * roughness(array, usual) ? other : usual;
}

/** The mean difference between neighbours along an axis. */
export function roughness({ shape, data, fortran }: NdArray, axis: number): number {
  const step = strides({ shape, fortran })[axis]!;
  const run = step * shape[axis]!;
  const every = Math.max(1, Math.floor(data.length / sample));
  let sum = 0;
  let count = 0;
  for (let i = 0; i + step < data.length; i += every) {
    // The last along the axis has its next neighbour elsewhere.
    if (i % run >= run - step) continue;
    sum += Math.abs(Number(data[i]) - Number(data[i + step]));
    count++;
  }
  return sum / Math.max(count, 1);
}

/** One value per image: a vector, or an array with a single axis that is longer than 1. */
export const isVector = (shape: readonly number[]): boolean =>
  shape.length === 1 || (shape.length > 1 && shape.filter((size) => size !== 1).length <= 1 && shape.length !== 3);

/** The axis that counts images where they are kept as usual. */
export const usualAxis = ({ shape, lastFirst }: { shape: readonly number[]; lastFirst: boolean }): number =>
  lastFirst && shape.length > 2 ? shape.length - 1 : 0;
