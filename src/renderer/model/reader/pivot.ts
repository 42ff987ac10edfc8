/** Runs in rows and columns by two factors; in every cell each arm with its runs, mean and interval. */
import type { Arm } from '../../../shared/spec/arms.ts';
import { meanOf } from '../../../shared/statistics/moments.ts';
import type { FactorName, FactorValue } from '../../../shared/study-factors.ts';
import type { StudyRun } from '../../../shared/study-result.ts';
import { inArmOrder } from './arms.ts';
import { valuesOf, valueText, varying } from './brush.ts';
import { shownOf, summaryOf, summaryText, type RunsById, type Shown, type ShownName, type Summary } from './values.ts';

export interface PivotArm {
  arm: Arm;
  marks: { run: StudyRun; value: number }[];
  /** Null where no run has the value. */
  summary: Summary | null;
  /** Runs without one, and why. */
  missing: { failed: number; waiting: number; noTwin: number };
}

export interface PivotCell {
  /** Ids, all arms. */
  ids: string[];
  arms: PivotArm[];
  /** Networks before any cut. */
  networks: string[];
  /** Whether their gain is below the critical one; null where nothing is known of it. */
  below: boolean | null;
}

export interface PivotRow {
  value: FactorValue | null;
  cells: PivotCell[];
  /** Nothing happens in it: no inactive capsule in any arm, and nothing is missing. */
  quiet: boolean;
}

export interface Pivot {
  columns: {
    value: FactorValue | null;
    /** Of the unpruned networks, smallest and largest. */ gains: [number, number] | null;
    networks: string[];
  }[];
  rows: PivotRow[];
  arms: Arm[];
}

/** Null: not divided that way. */
export interface PivotFactors {
  rows: FactorName | null;
  columns: FactorName | null;
}

const preferredRows: FactorName[] = ['depth', 'types', 'ratio', 'dim'];
const preferredColumns: FactorName[] = ['ratio', 'types', 'dim', 'capsules', 'backbone'];

/** Of the cells that two factors make, so many have to have runs; else networks are better listed one by one. */
const FULL = 0.6;
const MOST_LISTED = 24;

/** What there is to see first: depth against D/N where both differ and nearly every combination is there, else network by network. */
export function defaultFactors(runs: readonly StudyRun[]): PivotFactors {
  const there = varying(runs);
  const rows = preferredRows.find((name) => there.includes(name)) ?? null;
  const columns = preferredColumns.filter((name) => there.includes(name) && name !== rows);
  const networks = valuesOf(runs, 'network').length;
  const list: PivotFactors = { rows: 'network', columns: null };
  if (rows === null || columns.length === 0) {
    const other = there.find((name) => name !== 'network') ?? null;
    return networks > 1 && networks <= MOST_LISTED && !rows ? list : { rows: rows ?? columns[0] ?? other, columns: null };
  }
  const fullest = columns.reduce((a, b) => (fullness(runs, rows, b) > fullness(runs, rows, a) ? b : a));
  return fullness(runs, rows, fullest) < FULL && networks <= MOST_LISTED ? list : { rows, columns: fullest };
}

/** Share of the cells that have runs. */
function fullness(runs: readonly StudyRun[], rows: FactorName, columns: FactorName): number {
  const [r, c] = [valuesOf(runs, rows), valuesOf(runs, columns)].map((values) => new Map(values.map((value, i) => [value, i]))) as [
    Map<FactorValue, number>,
    Map<FactorValue, number>,
  ];
  const place = (among: ReadonlyMap<FactorValue, number>, value: FactorValue | undefined) => (value === undefined ? 0 : among.get(value)!);
  const cells = new Set<number>();
  for (const { factors } of runs) cells.add(place(r, factors[rows]) * c.size + place(c, factors[columns]));
  return cells.size / (r.size * c.size);
}

export function pivotOf(runs: readonly StudyRun[], all: RunsById, { rows, columns }: PivotFactors, name: ShownName): Pivot {
  const along = (factor: FactorName | null) => (factor === null ? [null] : valuesOf(runs, factor));
  const arms = inArmOrder(runs.map(({ arm }) => arm));
  const [rowValues, columnValues] = [along(rows), along(columns)];
  const ofColumns = divided(runs, columns, columnValues);
  return {
    arms,
    columns: columnValues.map((value, c) => {
      const unpruned = ofColumns[c]!.filter(({ arm }) => arm === 'unpruned');
      const gains = unpruned.flatMap(({ gain }) => gain ?? []);
      return { value, gains: gains.length > 0 ? extent(gains) : null, networks: [...new Set(unpruned.map(sizeText))] };
    }),
    rows: divided(runs, rows, rowValues).map((ofRow, r) => {
      const value = rowValues[r]!;
      const cells = divided(ofRow, columns, columnValues).map((ofCell) => cellOf(ofCell, all, arms, name));
      return { value, cells, quiet: name === 'inactive' && cells.some(({ ids }) => ids.length > 0) && cells.every(isQuiet) };
    }),
  };
}

/** The runs of every value, as hasValue() has it. */
function divided(runs: readonly StudyRun[], factor: FactorName | null, values: readonly (FactorValue | null)[]): (readonly StudyRun[])[] {
  if (factor === null) return [runs];
  const parts = new Map<FactorValue | null, StudyRun[]>(values.map((value) => [value, []]));
  for (const run of runs) {
    const value = run.factors[factor];
    if (value !== undefined) parts.get(value)!.push(run);
    else for (const part of parts.values()) part.push(run);
  }
  return [...parts.values()];
}

const extent = (values: readonly number[]): [number, number] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
];

const sizeText = ({ factors: { types, dim } }: StudyRun) => `${types}×${dim}`;

const isQuiet = ({ arms }: PivotCell): boolean =>
  arms.every(({ summary, missing }) => (summary === null || summary.range[1] === 0) && missing.failed + missing.waiting === 0);

function cellOf(runs: readonly StudyRun[], all: RunsById, arms: readonly Arm[], name: ShownName): PivotCell {
  const shown = shownOf(name);
  // Differences to a twin are of others than the twin itself.
  const rows = arms.filter((arm) => !shown.difference || arm !== 'unpruned');
  const byArm = Map.groupBy(runs, ({ arm }) => arm);
  const ratios = (byArm.get('unpruned') ?? []).flatMap(({ overCritical }) => overCritical ?? []);
  return {
    ids: runs.map(({ id }) => id),
    networks: [...new Set(runs.map(({ network }) => network))],
    below: ratios.length > 0 ? meanOf(ratios) < 1 : null,
    arms: rows.map((arm) => armOf(arm, byArm.get(arm) ?? [], all, name)),
  };
}

function armOf(arm: Arm, runs: readonly StudyRun[], all: RunsById, name: ShownName): PivotArm {
  const shown = shownOf(name);
  const marks: PivotArm['marks'] = [];
  for (const run of runs) {
    const value = shown.of(run, all);
    if (value !== null) marks.push({ run, value });
  }
  const without = runs.filter(({ result }) => result === null);
  const failed = without.filter(({ status }) => status === 'failed').length;
  return {
    ...{ arm, marks },
    summary: summaryOf(
      marks.map(({ run: { network, seed }, value }) => ({ network, seed, value })),
      shown,
    ),
    missing: { failed, waiting: without.length - failed, noTwin: runs.length - without.length - marks.length },
  };
}

/** Names of its rows; none where it has one. */
export const rowNamesOf = ({ rows }: Pivot, factor: FactorName | null): string[] =>
  factor === null ? [] : rows.map(({ value }) => (factor === 'network' ? String(value) : valueText(factor, value!)));

/** How many cuts its numbers are means over: "mean over 6 cuts"; empty where each is of one. */
export const cutsOfPivot = ({ rows }: Pivot): string =>
  meanOverCuts(rows.flatMap(({ cells }) => cells.flatMap(({ arms }) => arms.map(({ marks }) => marks.map(({ run }) => run)))));

/** Whether an interval of it ends where values must. */
export const hasCutIntervals = ({ rows }: Pivot): boolean =>
  rows.some(({ cells }) => cells.some(({ arms }) => arms.some(({ summary }) => summary?.cut)));

/** Over how many cuts any numbers are means, each by the runs that it is made of. */
export function meanOverCuts(numbers: readonly (readonly StudyRun[])[]): string {
  const cuts = numbers.map((runs) => new Set(runs.flatMap(({ pruning }) => pruning ?? [])).size).filter((size) => size > 0);
  const most = cuts.reduce((a, b) => Math.max(a, b), 1);
  const least = cuts.reduce((a, b) => Math.min(a, b), most);
  return most === 1 ? '' : `mean over ${least < most ? `${least} to ` : ''}${most} cuts`;
}

/** What an arm without numbers says in their place. */
export function missingText({ missing: { failed, waiting, noTwin }, marks }: PivotArm): string {
  if (failed > 0) return failed === 1 ? 'failed' : `${failed} failed`;
  if (waiting > 0) return marks.length > 0 ? `${waiting} to come` : 'waits';
  if (noTwin > 0) return 'no twin';
  return marks.length === 0 ? '–' : '';
}

export const numberText = (arm: PivotArm, shown: Shown): string => (arm.summary ? summaryText(arm.summary, shown) : missingText(arm));

/** The same beside a number: how many of how many it is from. */
export function shareText({ missing: { failed, waiting, noTwin }, marks }: PivotArm): string {
  const without = failed + waiting + noTwin;
  return without === 0 ? '' : `${marks.length}/${marks.length + without}`;
}

/** Edges of cells at which the gain crosses the critical one, in units of cells: what the staircase is drawn along. */
export function criticalEdges({ rows }: Pivot): { x1: number; y1: number; x2: number; y2: number }[] {
  const below = (r: number, c: number) => rows[r]?.cells[c]?.below ?? null;
  const differ = (a: boolean | null, b: boolean | null) => a !== null && b !== null && a !== b;
  return rows.flatMap(({ cells }, r) =>
    cells.flatMap((_, c) => [
      ...(differ(below(r, c), below(r, c + 1)) ? [{ x1: c + 1, y1: r, x2: c + 1, y2: r + 1 }] : []),
      ...(differ(below(r, c), below(r + 1, c)) ? [{ x1: c, y1: r + 1, x2: c + 1, y2: r + 1 }] : []),
    ]),
  );
}
