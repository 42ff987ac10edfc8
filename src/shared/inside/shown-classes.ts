/** Of many classes those with the longest capsules, and those that must be there; in their order. */
export function shownClasses(lengths: ArrayLike<number>, most: number, needed: readonly number[]): number[] {
  const all = Array.from({ length: lengths.length }, (_, c) => c);
  if (all.length <= most) return all;
  const longest = all.toSorted((a, b) => lengths[b]! - lengths[a]! || a - b);
  return [...new Set([...needed, ...longest])].slice(0, most).sort((a, b) => a - b);
}
