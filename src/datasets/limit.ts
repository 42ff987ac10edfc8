/** Fewer images of a split, the same number from every class as far as they go. */
import type { Split } from '../shared/dataset.ts';

/** The first images of each class, `limit` in all, in their old order. Returns the split itself when it is no larger. */
export function limitSplit(split: Split, limit: number, classes: number): Split {
  const { images, labels } = split;
  if (limit >= labels.length) return split;
  const size = images.length / labels.length;
  const quota = quotas(labels, limit, classes);
  const chosen: number[] = [];
  for (const [i, label] of labels.entries()) if (quota[label]!-- > 0) chosen.push(i);
  const kept = new Uint8Array(chosen.length * size);
  for (const [to, from] of chosen.entries()) kept.set(images.subarray(from * size, (from + 1) * size), to * size);
  return { images: kept, labels: Uint16Array.from(chosen, (i) => labels[i]!) };
}

/** How many images each class gives: one in turn from every class that has some left, until `limit` are given. */
function quotas(labels: Uint16Array, limit: number, classes: number): number[] {
  const available = new Array<number>(classes).fill(0);
  for (const label of labels) available[label]!++;
  const quota = new Array<number>(classes).fill(0);
  for (let given = 0; given < limit;)
    for (let label = 0; label < classes && given < limit; label++)
      if (quota[label]! < available[label]!) {
        quota[label]!++;
        given++;
      }
  return quota;
}
