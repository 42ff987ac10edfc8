/** Marks of a scatter of runs: which are drawn, where, and what a stretch of it is as a filter. */
import { numberOf, type RunField, type RunRow } from './run-fields.ts';

/** More would be a cloud that says nothing, and slow. */
export const MOST_MARKS = 2000;

export interface Mark {
  row: RunRow;
  x: number;
  y: number;
}

/** Pixels to the right and down. */
export interface Offset {
  x: number;
  y: number;
}

/** In pixels, because a mark that is set aside in values would show values that no run has. */
export interface Placed extends Mark {
  /** How far beside its place it is drawn, where others have the same. */
  beside: Offset;
}

/** A mark in a row, whose height is no value. */
interface InRow extends Mark {
  at: { x: number; y: number };
}

/** Pixels from each other, and from their place at most, of marks that would cover each other: less than the marks themselves. */
const APART = 3;
const FARTHEST = 6;

/** Runs that have both numbers, at most so many: every second, every third … of more. Marks in one place are drawn around it. */
export function marksOf(rows: readonly RunRow[], x: RunField, y: RunField): { marks: Placed[]; of: number } {
  const known = rows.flatMap((row) => {
    const [a, b] = [numberOf(x, row), numberOf(y, row)];
    return a === null || b === null ? [] : [{ row, x: a, y: b }];
  });
  const every = Math.ceil(known.length / MOST_MARKS);
  const drawn = known.filter((_, i) => i % every === 0);
  const marks = [...Map.groupBy(drawn, (mark) => `${mark.x} ${mark.y}`).values()].flatMap((pile) => {
    const apart = Math.min(APART, FARTHEST / Math.sqrt(pile.length));
    return pile.map((mark, nth): Placed => {
      // A sunflower: each next one a golden angle further, and further out.
      const [angle, radius] = [nth * 2.39996, apart * Math.sqrt(nth)];
      return { ...mark, beside: { x: radius * Math.cos(angle), y: radius * Math.sin(angle) } };
    });
  });
  return { marks, of: known.length };
}

/** How far above and below the middle of a row its marks reach, of the distance between rows. */
const REACH = 0.36;
/** Marks that are nearer to each other than this share of the axis would cover each other. */
const NEAR = 0.025;

/** Runs by one number, a row per group; marks that would cover each other are set above and below the middle. At most so many. */
export function stripOf(rows: readonly RunRow[], x: RunField, rowOf: (row: RunRow) => number): InRow[] {
  const known = rows.flatMap((row) => {
    const value = numberOf(x, row);
    return value === null ? [] : [{ row, x: value, y: rowOf(row) }];
  });
  const every = Math.ceil(known.length / MOST_MARKS);
  const drawn = known.filter((_, i) => i % every === 0);
  const [low, high] = drawn.reduce(([least, most], mark) => [Math.min(least, mark.x), Math.max(most, mark.x)], [Infinity, -Infinity]);
  const near = NEAR * (high - low || 1);
  const piles = Map.groupBy(drawn, (mark) => `${mark.y} ${Math.round((mark.x - low) / near)}`);
  return [...piles.values()].flatMap((pile) => {
    const step = Math.min(REACH / 2, REACH / Math.ceil((pile.length - 1) / 2 || 1));
    // 0, then one above and one below, then two.
    return pile.map((mark, i) => ({ ...mark, at: { x: mark.x, y: mark.y + (i % 2 === 1 ? -1 : 1) * Math.ceil(i / 2) * step } }));
  });
}

/** A logarithmic axis where numbers are positive and far apart. */
export function isSpread(rows: readonly RunRow[], field: RunField): boolean {
  const values = rows.flatMap((row) => numberOf(field, row) ?? []);
  const low = Math.min(...values);
  return low > 0 && Math.max(...values) / low > 20;
}

/** "gain = 0.4..0.75", rounded outwards so that nothing is lost at an edge. */
export function stretchFilter(field: RunField, [low, high]: readonly [number, number]): string {
  const step = 10 ** (Math.floor(Math.log10(Math.max(high - low, 1e-9))) - 1);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  return `${field.id} = ${from.toFixed(digits)}..${to.toFixed(digits)}`;
}
