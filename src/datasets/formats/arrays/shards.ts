/** Arrays in several pieces. */
import type { UniformImages } from '../../raw.ts';
import type { Marks } from '../labels.ts';

/** A name without the numbers of files and arrays, and these numbers; sizes such as 32x32 and versions such as v4 are none of them. */
export function shardOf(name: string): { stem: string; numbers: string } {
  const numbers: string[] = [];
  const stem = name.replaceAll(/(\d+(?:x\d+)+|(?<!\p{L})v\d+(?:\.\d+)*)|\d+/giu, (found: string, size: string | undefined) => {
    if (size !== undefined) return size;
    numbers.push(found);
    return '#';
  });
  return { stem, numbers: numbers.join('.') };
}

export function joinImages(pieces: readonly UniformImages[]): UniformImages {
  const [first] = pieces;
  if (pieces.length === 1) return first!;
  const length = pieces.reduce((sum, { values }) => sum + values.length, 0);
  const values = new (first!.values.constructor as new (length: number) => UniformImages['values'])(length);
  let at = 0;
  for (const piece of pieces) {
    values.set(piece.values, at);
    at += piece.values.length;
  }
  return { ...first!, values, count: pieces.reduce((sum, { count }) => sum + count, 0) };
}

export function joinMarks(pieces: readonly Marks[]): Marks {
  const [first] = pieces;
  if (pieces.length === 1) return first!;
  return { place: first!.place, values: pieces.flatMap(({ values }) => Array.from(values, String)) };
}
