/** Elements that the lines of a long list are drawn into: those that scroll in take the ones of those that scroll out. */

/** What kind of element a line needs, and how many of that kind stand before it in the whole list. */
export interface SlotPlace {
  kind: string;
  nth: number;
}

/**
 * A key per line that is drawn, no two the same.
 * @param indices of the lines, one after the other
 * @param room how many elements of a kind there are, unless more lines are drawn than that: the list may know its height before its page does
 */
export function slotKeys(indices: readonly number[], places: readonly SlotPlace[], room: number): string[] {
  const slots = Math.max(room, indices.length);
  // A list that has just become shorter may still draw lines that are gone.
  return indices.map((index) => {
    const { kind, nth } = places[index] ?? { kind: 'none', nth: index };
    return `${kind} ${nth % slots}`;
  });
}
