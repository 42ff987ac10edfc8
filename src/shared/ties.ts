/**
 * What counts when class capsules are equally long, as they all are in a network that has vanished: the tie is broken by chance,
 * and every count is the expected one. So k classes that tie for the longest are each predicted by 1/k.
 */

/** Classes whose capsule is the longest, in ascending order; more than one where they tie. `lengths` has one entry per class. */
export function longestClasses(lengths: ArrayLike<number>): number[] {
  let longest: number[] = [];
  for (let c = 0; c < lengths.length; c++) {
    const difference = longest.length === 0 ? Infinity : lengths[c]! - lengths[longest[0]!]!;
    if (difference > 0) longest = [c];
    else if (difference === 0) longest.push(c);
  }
  return longest;
}

/** The chance that `label` is among the `n` longest. */
export function chanceOfTop(n: number, lengths: ArrayLike<number>, label: number): number {
  let longer = 0;
  let tied = 0;
  for (let c = 0; c < lengths.length; c++) {
    if (lengths[c]! > lengths[label]!) longer += 1;
    else if (lengths[c]! === lengths[label]!) tied += 1;
  }
  return Math.min(1, Math.max(0, (n - longer) / tied));
}
