/** Where the cells of a pivot stand, and the scale that all of them share. */
import type { Pivot, PivotFactors } from './pivot.ts';
import type { Shown } from './values.ts';

const HEAD = 40;
const FOOT = 18;
const GAP = 8;
/** Of a letter in a row's name, about. */
const LETTER = 7.6;
/** Of a digit in a cell, where it is bold. */
const FIGURE = 7.4;
/** Of a letter beside or below a name. */
const SMALL = 6.3;
const QUIET = 30;
const ARM = 24;
const PADDING = 8;
const NARROWEST = 148;
/** Between ticks whose numbers do not run into each other. */
const TICKS_APART = 38;
/** One cell alone need not fill a wide window. */
const WIDEST = 1100;

export interface PivotLayout {
  width: number;
  height: number;
  /** Width of a cell. */
  cell: number;
  heights: number[];
  left: (column: number) => number;
  top: (row: number) => number;
  /** Middle of an arm's line, from the top of its cell. */
  arm: (index: number) => number;
  /** Room beside the plot within a cell. */
  plot: { left: number; right: number };
  /** The scale's ticks that have room for their number. */
  numbered: (ticks: readonly number[]) => readonly number[];
  /** The middle between two cells. */
  edgeX: (column: number) => number;
  edgeY: (row: number) => number;
}

const labelWidth = (names: readonly string[]) =>
  Math.ceil(LETTER * Math.max(0, ...names.map((name) => name.length)) + (names.length > 0 ? GAP : 0));

/** The least that a pivot needs to have all of its columns in sight. */
export const leastWidth = (columns: number, names: readonly string[]): number => labelWidth(names) + columns * (NARROWEST + GAP) - GAP;

/** @param names of the rows; empty where there is one. @param numbers letters of the longest number in a cell. */
export function layoutOf({ columns, rows }: Pivot, width: number, names: readonly string[], numbers: number): PivotLayout {
  const label = labelWidth(names);
  const room = (width - label - GAP * (columns.length - 1)) / Math.max(1, columns.length);
  const cell = Math.max(NARROWEST, Math.min(WIDEST, room));
  const heights = rows.map(({ quiet, cells }) =>
    quiet ? QUIET : 2 * PADDING + ARM * Math.max(1, ...cells.map(({ arms }) => arms.length)),
  );
  const tops = heights.map((_, r) => HEAD + heights.slice(0, r).reduce((sum, height) => sum + height + GAP, 0));
  const bottom = HEAD + heights.reduce((sum, height) => sum + height + GAP, 0);
  const left = (column: number) => label + column * (cell + GAP);
  const plot = { left: 12, right: Math.min(0.55 * cell, Math.max(56, FIGURE * numbers + 16)) };
  const apart = cell - plot.left - plot.right;
  return {
    width: left(columns.length) - GAP,
    height: bottom + FOOT,
    ...{ cell, heights, left },
    top: (row) => tops[row]!,
    arm: (index) => PADDING + ARM * (index + 0.5),
    plot,
    numbered: (ticks) => (apart >= TICKS_APART * (ticks.length - 1) ? ticks : ticks.filter((_, i) => i === 0 || i === ticks.length - 1)),
    edgeX: (column) => left(column) - GAP / 2,
    edgeY: (row) => (tops[row] ?? bottom) - GAP / 2,
  };
}

/** What stands above a column: its value, and beside it as many sizes of networks as there is room for. */
export function headOf(
  { gains, networks }: Pivot['columns'][number],
  name: string,
  unit: string,
  cell: number,
): { networks: string; gain: string; unit: string } {
  const gain = gains ? `gain ${short(gains[0])}${gains[1] - gains[0] > 0.005 ? ` to ${short(gains[1])}` : ''}` : '';
  const room = (cell - LETTER * name.length - GAP) / SMALL;
  const shown = networks.map((_, i) => {
    const first = networks.slice(0, networks.length - i);
    return i === 0 ? first.join(', ') : `${first.join(', ')} + ${i}`;
  });
  return {
    networks: shown.find((text) => text.length <= room) ?? (networks.length > 1 ? `${networks.length} sizes` : ''),
    gain,
    unit: gain.length + unit.length + 1 <= cell / SMALL ? unit : '',
  };
}

const short = (gain: number) => String(Number(gain.toFixed(2)));

export interface PivotScale {
  ticks: number[];
  /** Place of a value, from 0 to 1. */
  at: (value: number) => number;
  /** Intervals may reach beyond what is possible. */
  clip: (value: number) => number;
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5];

export function pivotScale({ rows }: Pivot, { difference, domain }: Shown): PivotScale {
  const values = rows.flatMap(({ cells }) => cells.flatMap(({ arms }) => arms.flatMap(({ summary }) => summary?.range ?? [])));
  const least = values.reduce((a, b) => Math.min(a, b), difference ? 0 : 1);
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  // Shares have their whole scale, unless all are near its upper end: there, what differs would be a hair's breadth.
  const [low, high] = difference
    ? [least, Math.max(most, least + 0.02)]
    : least > 0.7
      ? // Where all are 1, too, there is a scale to stand at the end of.
        [Math.min(0.9, Math.floor(10 * least) / 10), 1]
      : (domain ?? [least, most]);
  const step = steps.find((one) => (high - low) / one <= 4) ?? 0.5;
  const first = Math.ceil(low / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
  return {
    ticks: ticks.length > 4 ? ticks.filter((_, i) => i % 2 === 0) : ticks,
    at: (value) => (value - low) / (high - low),
    clip: (value) => Math.max(low, Math.min(high, value)),
  };
}

/** All that a pivot is drawn from: it changes as a whole, and its rows follow one after the other. */
export interface Drawing extends PivotFactors {
  pivot: Pivot;
  layout: PivotLayout;
  scale: PivotScale;
  /** Empty where there is one row. */
  rowNames: readonly string[];
  /** Whether there are too many runs for a dot each. */
  crowded: boolean;
  measure: Shown;
}

/** Of a value in a cell that begins at `left`. */
export const placeIn = ({ plot, cell }: PivotLayout, scale: PivotScale, left: number, value: number): number =>
  left + plot.left + (cell - plot.left - plot.right) * scale.at(value);

/** Between which the middle half of the values lies. */
export function spreadOf(values: readonly number[]): [number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.25), at(0.75)];
}
