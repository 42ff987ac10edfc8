/** What two networks make of each class and of each image. */
import type { Predictions } from '../../shared/contract/index.ts';
import { longestClasses } from '../../shared/ties.ts';

/** Share of each true class that was recognised; NaN for a class without images. */
export function classAccuracy(confusion: readonly (readonly number[])[]): number[] {
  return confusion.map((row, label) => row[label]! / row.reduce((sum, n) => sum + n, 0));
}

/** after − before, entry by entry. */
export function confusionDifference(before: number[][], after: number[][]): number[][] {
  return after.map((row, r) => row.map((n, c) => n - before[r]![c]!));
}

export interface Disagreement {
  /** Indices of test images that only the first, or only the second network gets right, the clearest first. */
  onlyFirst: number[];
  onlySecond: number[];
  both: number;
  neither: number;
}

/** Length of the class capsule of the true class, minus the longest other one: above 0 when the image is recognised, 0 at a tie, which is no hit. */
export function confidence({ labels, lengths }: Predictions, image: number): number {
  const classes = lengths.length / labels.length;
  const label = labels[image]!;
  let other = -Infinity;
  for (let c = 0; c < classes; c++) if (c !== label) other = Math.max(other, lengths[image * classes + c]!);
  return lengths[image * classes + label]! - other;
}

/** Both must have been tested on the same images. */
export function disagreement(first: Predictions, second: Predictions): Disagreement {
  const found: Disagreement = { onlyFirst: [], onlySecond: [], both: 0, neither: 0 };
  for (const image of first.labels.keys()) {
    const [a, b] = [confidence(first, image) > 0, confidence(second, image) > 0];
    if (a && b) found.both++;
    else if (!a && !b) found.neither++;
    else (a ? found.onlyFirst : found.onlySecond).push(image);
  }
  const margin = (image: number) => Math.abs(confidence(first, image) - confidence(second, image));
  const clearest = (a: number, b: number) => margin(b) - margin(a);
  found.onlyFirst.sort(clearest);
  found.onlySecond.sort(clearest);
  return found;
}

/** Indices of the images of class `truth` that the network took for `said`, alone or among equals. */
export function imagesBehind({ labels, lengths }: Predictions, truth: number, said: number): number[] {
  const found: number[] = [];
  for (const image of labels.keys()) {
    if (labels[image] !== truth) continue;
    if (longestClasses(lengthsOf({ labels, lengths }, image)).includes(said)) found.push(image);
  }
  return found;
}

export function lengthsOf({ labels, lengths }: Predictions, image: number): number[] {
  const classes = lengths.length / labels.length;
  return [...lengths.subarray(image * classes, (image + 1) * classes)];
}
