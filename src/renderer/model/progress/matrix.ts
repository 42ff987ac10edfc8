/** Every run of a study in its place: a row per network, a column per arm, cut and seed. */
import type { RunSummary } from '../../../shared/contract/index.ts';
import type { Verdict } from '../../../shared/forecast/verdict.ts';
import { armNames, type RunArm } from '../../../shared/spec/arms.ts';
import { networksOf, type StudySpec } from '../../../shared/spec/study.ts';
import type { Steps } from '../../../shared/steps.ts';
import { extentOf, networkName, networkOfStudy } from '../../../shared/study-plan.ts';
import { controlledCut } from '../run-names.ts';

/** Runs above which a cell stands for a network and an arm, with all of its seeds. */
export const MOST_SINGLE = 1500;

export interface Row {
  network: string;
  /** What rows in a row have in common, "N16 D4", and what is its own behind it, "L4"; the whole name where it has no such parts. */
  group: string;
  rest: string;
  /** Of the network before any cut, as far as a run of it tells. */
  gain: RunSummary['gain'];
  cells: Cell[];
  finished: number;
  of: number;
}

export interface Cell {
  key: string;
  row: number;
  column: number;
  runs: RunSummary[];
}

export interface Column {
  arm: RunArm;
  /** Empty where the arm has one column per seed only. */
  cut: string;
  /** Null where a column stands for all seeds. */
  seed: number | null;
}

export interface Matrix {
  rows: Row[];
  columns: Column[];
  /** Runs of columns: by arm, and within it by cut. `cut` is empty where the arm has one; `label` names both. */
  arms: { arm: RunArm; columns: number }[];
  heads: { arm: RunArm; cut: string; label: string; columns: number }[];
  aggregated: boolean;
}

const order: readonly RunArm[] = ['source', 'unpruned', 'ccm', 'pruned', 'scratch', 'random', 'decoder'];

/** Runs between two steps. */
const PER_STEP = 100;

/** Some networks and runs at a time. @param all by id, to find what a run is cut from. */
export function* matrixSteps(
  spec: StudySpec,
  runs: readonly RunSummary[],
  all: ReadonlyMap<string, RunSummary>,
  aggregated = runs.length > MOST_SINGLE,
): Steps<Matrix> {
  const rows = new Map<string, [run: RunSummary, column: string][]>();
  for (const entry of networksOf(spec.networks)) {
    rows.set(networkName(networkOfStudy(entry)), []);
    yield;
  }
  const cutOf = cutsOf(runs);
  yield;
  const columns = new Map<string, Column>();
  for (const [at, run] of runs.entries()) {
    if (at % PER_STEP === 0) yield;
    const network = networkBefore(run, all);
    const column = columnOf(run, cutOf, aggregated);
    const key = keyOf(column);
    const members = rows.get(network);
    if (members) members.push([run, key]);
    else rows.set(network, [[run, key]]);
    columns.set(key, column);
  }
  const sorted = [...columns.values()].sort(
    (a, b) => order.indexOf(a.arm) - order.indexOf(b.arm) || a.cut.localeCompare(b.cut) || (a.seed ?? 0) - (b.seed ?? 0),
  );
  const places = new Map(sorted.map((column, i) => [keyOf(column), i]));
  return {
    rows: together([...rows].filter(([, members]) => members.length > 0)).map(([network, members], row) => {
      const cells = sorted.map((_, column): Cell => ({ key: `${row} ${column}`, row, column, runs: [] }));
      for (const [run, key] of members) cells[places.get(key)!]!.runs.push(run);
      const whole = members.find(([run]) => run.parent === null && run.before === null)?.[0];
      return { network, ...partsOf(network), gain: whole?.gain ?? null, cells, finished: members.filter(([{ status }]) => status === 'finished').length, of: members.length };
    }),
    columns: sorted,
    arms: armsOf(sorted),
    heads: headsOf(sorted),
    aggregated,
  }; // prettier-ignore
}

/** Networks of one N and D stand together, in the order in which each first comes. */
function together<T>(rows: readonly [string, T][]): [string, T][] {
  return [...Map.groupBy(rows, ([network]) => partsOf(network).group).values()].flat();
}

function partsOf(network: string): Pick<Row, 'group' | 'rest'> {
  const [, group, rest] = /^(N\d+ D\d+) (L\d+.*)$/.exec(network) ?? [];
  return group !== undefined && rest !== undefined ? { group, rest } : { group: network, rest: '' };
}

const keyOf = ({ arm, cut, seed }: Column): string => `${arm} ${cut} ${seed}`;
const columnOf = (run: RunSummary, cutOf: (run: RunSummary) => string, aggregated: boolean): Column => ({
  arm: run.arm,
  cut: cutOf(run),
  seed: aggregated ? null : run.seed,
});

/** Name of the network that a run begins with, before any cut. */
export function networkBefore(run: RunSummary, all: ReadonlyMap<string, RunSummary>): string {
  if (run.before !== null) return run.before;
  const parent = run.parent === null ? undefined : all.get(run.parent);
  return parent ? networkBefore(parent, all) : run.network.name;
}

/** What tells the cuts of an arm apart; nothing where all are cut in the same way. */
function cutsOf(runs: readonly RunSummary[]): (run: RunSummary) => string {
  const told = ({ pruning, arm, network, name }: RunSummary): string => {
    // What a network from scratch is a control for stands in its name, where there are several, or shows in its size.
    if (arm === 'scratch') return controlledCut(name) || `N${network.types}`;
    if (!pruning) return '';
    return [arm === 'random' ? '' : pruning.criterion, extentOf(pruning)].filter(Boolean).join(' ');
  };
  // One cut leaves networks of several sizes: only several from one network tell anything.
  const byPlace = Map.groupBy(runs, ({ arm, before, parent, seed }) => `${arm} ${seed} ${before ?? parent}`);
  const several = new Set<RunArm>();
  for (const group of byPlace.values()) if (group.length > 1 && new Set(group.map(told)).size > 1) several.add(group[0]!.arm);
  return (run) => (several.has(run.arm) ? told(run) : '');
}

function headsOf(columns: readonly Column[]): Matrix['heads'] {
  const heads: Matrix['heads'] = [];
  for (const { arm, cut } of columns) {
    const label = cut === '' ? armNames[arm] : `${armNames[arm]} ${cut}`;
    const last = heads.at(-1);
    if (last?.label === label) last.columns++;
    else heads.push({ arm, cut, label, columns: 1 });
  }
  return heads;
}

function armsOf(columns: readonly Column[]): Matrix['arms'] {
  return [...Map.groupBy(columns, ({ arm }) => arm)].map(([arm, { length }]) => ({ arm, columns: length }));
}

export type CellState = 'waiting' | 'idle' | 'running' | 'stopped' | 'interrupted' | 'failed' | 'finished';

/** @param waiting ids of what waits in the queue of this window: what has failed and is to be tried again is among it. */
export function stateOf({ id, status }: RunSummary, waiting: ReadonlySet<string>): CellState {
  if (status === 'running' || status === 'finished') return status;
  if (status === 'paused' || waiting.has(id)) return 'waiting';
  return status === 'queued' ? 'idle' : status;
}

export type Shade = 'active' | 'accuracy' | 'time';

/** From 0 to 1, for the colour; null where there is nothing to show. @param longest seconds of the run that took longest. */
export function shadeOf(run: RunSummary, shade: Shade, longest: number): number | null {
  if (run.status !== 'finished') return null;
  if (shade === 'accuracy') return run.accuracy;
  if (shade === 'active') return run.inactive && run.inactive.of > 0 ? 1 - run.inactive.total / run.inactive.of : null;
  const seconds = secondsOf(run);
  return seconds === null || longest === 0 ? null : seconds / longest;
}

/** From its start to its end, pauses included. */
export function secondsOf({ started, ended }: RunSummary): number | null {
  return started !== null && ended !== null ? (Date.parse(ended) - Date.parse(started)) / 1000 : null;
}

export function meanShade(runs: readonly RunSummary[], shade: Shade, longest: number): number | null {
  const values = runs.flatMap((run) => shadeOf(run, shade, longest) ?? []);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export const verdictOf = ({ gain }: Pick<Row, 'gain'>): Verdict | null => gain?.verdict ?? null;

/** Between two corners, whichever they are. */
export function cellsBetween({ rows }: Matrix, from: { row: number; column: number }, to: { row: number; column: number }): Cell[] {
  const [top, bottom] = [Math.min(from.row, to.row), Math.max(from.row, to.row)];
  const [left, right] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
  return rows.slice(top, bottom + 1).flatMap(({ cells }) => cells.slice(left, right + 1));
}
