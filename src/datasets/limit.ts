/** Taking a part of a split without favouring a class. */
import type { Split } from '../shared/dataset.ts';

/**
 * At most `limit` images of `size` values each: the first ones of each class in file order, in shares as equal as the
 * classes allow. Without a limit, or with one that is not reached, the split is returned as it is.
 */
export function limitPerClass(split: Split, size: number, classes: number, limit?: number): Split {
  const count = split.labels.length;
  if (limit === undefined || limit >= count) return split;
  const available = new Array<number>(classes).fill(0);
  for (const label of split.labels) available[label]! += 1;
  const share = shares(available, limit);
  const chosen: number[] = [];
  for (const [i, label] of split.labels.entries())
    if (share[label]! > 0) {
      share[label]! -= 1;
      chosen.push(i);
    }
  const images = new Uint8Array(chosen.length * size);
  for (const [slot, i] of chosen.entries()) images.set(split.images.subarray(i * size, (i + 1) * size), slot * size);
  return { images, labels: Uint16Array.from(chosen, (i) => split.labels[i]!) };
}

/** Hands out `limit` places one by one in turns; a class that has no more images gives its turn to the others. */
function shares(available: number[], limit: number): number[] {
  const share = available.map(() => 0);
  for (let left = limit; left > 0;)
    for (const [label, most] of available.entries())
      if (left > 0 && share[label]! < most) {
        share[label]! += 1;
        left -= 1;
      }
  return share;
}
