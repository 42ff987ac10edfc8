/** What a filter can speak of. The language knows nothing of runs: fields, and what they may be compared with, are given to it. */

export interface FilterField {
  id: string;
  /** Other spellings; upper and lower case are the same in all. */
  also?: readonly string[];
  /** In a few words, beside it where it is offered. */
  label: string;
  /** `choice`: one of `choices`. `date`: "2026-01-31", and what begins so. */
  kind: 'number' | 'choice' | 'text' | 'date';
  choices?: readonly string[];
  /** Of a number in [0, 1], which people also tell in per cent. */
  share?: boolean;
  /** Shown where a value is expected. */
  example: string;
}

/** Reads the field of a run's twin instead of its own. */
export const TWIN = 'twin.';

export interface Place {
  field: FilterField;
  twin: boolean;
}

export function findField(name: string, fields: readonly FilterField[]): Place | null {
  const twin = name.toLowerCase().startsWith(TWIN);
  const wanted = (twin ? name.slice(TWIN.length) : name).toLowerCase();
  const field = fields.find(({ id, also = [] }) => [id, ...also].some((spelling) => spelling.toLowerCase() === wanted));
  return field ? { field, twin } : null;
}

/** The known word that was probably meant: one that begins so, or differs in a letter or two. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  const begun = known.find((one) => one.toLowerCase().startsWith(wanted));
  if (begun !== undefined) return begun;
  const ranked = known.map((one) => ({ one, distance: distanceOf(wanted, one.toLowerCase()) })).sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= (wanted.length > 3 ? 2 : 1) ? best.one : null;
}

/** Letters to change, add or leave out (Levenshtein). */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
