/** The lines of the list of runs: every run with its name and twin, then filtered, sorted and grouped. Made for thousands: everything is one pass. */
import type { RunCurve, RunSummary } from '../../shared/contract/index.ts';
import { deviationOf, meanOf } from '../../shared/statistics/moments.ts';
import { armNames } from '../../shared/spec/arms.ts';
import { fits, type Term } from './filter/parse.ts';
import { twinsAmong } from './pairs.ts';
import { armOrder, fieldOf, numberOf, runFields, statusOrder, type RunField, type RunRow } from './run-fields.ts';
import { cutText, originOf, shortNames } from './run-names.ts';

/**
 * @param curves asked whenever a row's is looked at, and not before: while thousands are being read, only what shows them changes
 * @param names by id, where they are known already
 */
export function rowsOf(
  runs: ReadonlyMap<string, RunSummary>,
  curves: Pick<ReadonlyMap<string, RunCurve>, 'get'>,
  names: ReadonlyMap<string, string> = shortNames([...runs.values()], runs),
): RunRow[] {
  const list = [...runs.values()];
  const twinOf = twinsAmong(list);
  const rows = new Map(
    list.map((run): [string, RunRow] => [
      run.id,
      {
        run,
        name: names.get(run.id) ?? run.name,
        origin: originOf(run, runs),
        twin: null,
        isTwin: false,
        get curve() {
          return curves.get(run.id) ?? null;
        },
      },
    ]),
  );
  for (const row of rows.values()) {
    row.twin = rows.get(twinOf(row.run)?.id ?? '') ?? null;
    if (row.twin) row.twin.isTwin = true;
  }
  return [...rows.values()];
}

type Test = (row: RunRow) => boolean;

const everything = ({ run, name, origin }: RunRow): string =>
  [name, run.name, origin, run.note, run.dataset.name, run.study?.name ?? '', `seed ${run.seed}`, run.id, ...run.tags]
    .join('\n')
    .toLowerCase();

function testOf(term: Term): Test {
  if (term.kind === 'word') {
    const wanted = term.text.toLowerCase();
    return (row) => everything(row).includes(wanted);
  }
  const field = fieldOf(term.field);
  if (term.kind === 'compare') return (row) => fits(numberOf(field, row), term);
  const wanted = term.values.map((value) => value.toLowerCase());
  const exact = term.exact || field.kind === 'choice';
  return (row) => {
    const value = field.of(row);
    if (value === null || typeof value === 'number') return false;
    const texts = [value].flat().map((one) => one.toLowerCase());
    return wanted.some((one) => texts.some((text) => (exact ? text === one : text.includes(one))));
  };
}

/** A run without a twin has none of its fields. */
const ofTwin =
  (test: Test): Test =>
  ({ twin }) =>
    twin !== null && test(twin);

/** Whether all terms hold. What is archived is left out unless it is asked for. */
export function filterTest(terms: readonly Term[]): Test {
  const tests = terms.map((term): Test => {
    const test = testOf(term);
    const own = term.kind !== 'word' && term.twin ? ofTwin(test) : test;
    return term.not ? (row) => !own(row) : own;
  });
  const archived = terms.some((term) => term.kind === 'match' && term.field === 'is' && term.values.includes('archived'));
  return (row) => (archived || !row.run.archived) && tests.every((test) => test(row));
}

export interface Sorting {
  /** Id of a field. */
  key: string;
  descending: boolean;
}

const collator = new Intl.Collator('en', { numeric: true });
const orders: Partial<Record<string, readonly string[]>> = { arm: armOrder, status: statusOrder };

/** What a row is sorted by: asked once of each, because they are compared far more often. */
function sortKey(field: RunField, row: RunRow): number | string | null {
  const value = field.of(row);
  if (value === null || typeof value === 'number') return value;
  return orders[field.id]?.indexOf(String(value)) ?? field.print(row);
}

const compareKeys = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : collator.compare(String(a), String(b));

/** Runs without a value come last, whichever way it is sorted. Equal ones stay as they were, descending the other way round. */
export function sortRows(rows: readonly RunRow[], { key, descending }: Sorting): RunRow[] {
  const field = fieldOf(key);
  const known = rows.map((row, at) => ({ row, at, by: sortKey(field, row) }));
  const sign = descending ? -1 : 1;
  known.sort((a, b) => {
    if (a.by === null || b.by === null) return Number(a.by === null) - Number(b.by === null) || sign * (a.at - b.at);
    return sign * (compareKeys(a.by, b.by) || a.at - b.at);
  });
  return known.map(({ row }) => row);
}

/** What lists may be grouped by, each within those before. */
export const groupings = {
  study: { label: 'study', of: ({ run }) => run.study?.name ?? 'no study', key: ({ run }) => run.study?.id ?? '' },
  network: { label: 'network', of: ({ origin }) => origin, key: ({ origin }) => origin },
  arm: { label: 'arm', of: (row) => armText(row), key: (row) => `${armOrder.indexOf(row.run.arm)} ${armText(row)}` },
  data: { label: 'data set', of: ({ run }) => run.dataset.name, key: ({ run }) => run.dataset.fingerprint },
  seed: { label: 'seed', of: ({ run }) => `seed ${run.seed}`, key: ({ run }) => String(run.seed) },
  status: { label: 'status', of: (row) => fieldOf('status').print(row), key: ({ run }) => String(statusOrder.indexOf(run.status)) },
} satisfies Record<string, { label: string; of: (row: RunRow) => string; key: (row: RunRow) => string }>;
export type Grouping = keyof typeof groupings;
export const groupingNames = Object.keys(groupings) as [Grouping, ...Grouping[]];

/** The arm, and how it is cut: another criterion or ratio is another group, whose mean would say nothing. */
const armText = (row: RunRow): string => [armNames[row.run.arm], cutText(row.run)].filter(Boolean).join(', ');

export interface GroupLine {
  kind: 'group';
  /** Keys of the groups that it is in, and its own: what is folded is remembered by it. */
  path: string;
  level: number;
  grouping: Grouping;
  label: string;
  rows: readonly RunRow[];
  /** Its lines are runs and not groups again. */
  last: boolean;
  folded: boolean;
}
export type Line = GroupLine | { kind: 'run'; path: string; level: number; row: RunRow; cutFrom: boolean };

interface Grouped {
  by: readonly Grouping[];
  folded: ReadonlySet<string>;
}

/** Rows keep their order within their groups; groups come in the order of their first rows, arms in that of a study. */
export function linesOf(rows: readonly RunRow[], { by, folded }: Grouped): Line[] {
  const lines: Line[] = [];
  const add = (within: readonly RunRow[], level: number, path: string): void => {
    const grouping = by[level];
    if (grouping === undefined) {
      for (const row of within) lines.push({ kind: 'run', path: `${path}/${row.run.id}`, level, row, cutFrom: false });
      return;
    }
    const { of, key } = groupings[grouping];
    const groups = [...Map.groupBy(within, key)];
    if (grouping === 'arm' || grouping === 'status' || grouping === 'seed') groups.sort(([a], [b]) => collator.compare(a, b));
    for (const [one, members] of groups) {
      const own = `${path}/${one}`;
      const line = { path: own, level, grouping, rows: members, last: level === by.length - 1, folded: folded.has(own) };
      lines.push({ kind: 'group', label: of(members[0]!), ...line });
      if (!line.folded) add(members, level + 1, own);
    }
  };
  add(rows, 0, '');
  return lines;
}

/** Each run followed by those cut from it. A run whose parent is not in the list stands on its own. */
export function linesByLineage(rows: readonly RunRow[]): Line[] {
  const here = new Set(rows.map(({ run }) => run.id));
  const children = Map.groupBy(rows, ({ run: { parent } }) => (parent !== null && here.has(parent) ? parent : null));
  const lines: Line[] = [];
  const add = (row: RunRow, level: number): void => {
    lines.push({ kind: 'run', path: row.run.id, level, row, cutFrom: level > 0 });
    for (const child of children.get(row.run.id) ?? []) add(child, level + 1);
  };
  for (const root of children.get(null) ?? []) add(root, 0);
  return lines;
}

export interface Mean {
  n: number;
  mean: number;
  /** Null with one run, of which it says nothing. */
  sd: number | null;
  range: readonly [number, number];
}

/** Null where none of the rows has such a number. */
export function meanOfField(rows: readonly RunRow[], field: RunField): Mean | null {
  const values: number[] = [];
  for (const row of rows) {
    const value = numberOf(field, row);
    if (value !== null) values.push(value);
  }
  if (values.length === 0) return null;
  return {
    n: values.length,
    mean: meanOf(values),
    sd: values.length > 1 ? deviationOf(values) : null,
    range: [Math.min(...values), Math.max(...values)],
  };
}

/** Text of a column for a group: a mean where there is one, else what all have in common. */
export function groupText(rows: readonly RunRow[], field: RunField): string {
  if (!field.mean) {
    const [value, text] = [field.of(rows[0]!), field.print(rows[0]!)];
    return rows.every((row) => field.of(row) === value || field.print(row) === text) ? text : '';
  }
  const found = meanOfField(rows, field);
  if (!found) return '';
  const { print, spread } = field.mean;
  return found.sd === null ? print(found.mean) : `${print(found.mean)} ± ${spread(found.sd)}`;
}

export const columnIds = runFields.filter(({ width }) => width !== null).map(({ id }) => id);

/** Those first whose names have most of the typed words as words of their own; else in their order. */
export function byWords<Row extends { name: string }>(typed: string, rows: readonly Row[]): Row[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const countIn = ({ name }: Row) => {
    const own = new Set(name.toLowerCase().split(/[^\p{L}\p{N}.]+/u));
    return words.filter((word) => own.has(word)).length;
  };
  const counts = new Map(rows.map((row) => [row, countIn(row)]));
  return rows.toSorted((a, b) => counts.get(b)! - counts.get(a)!);
}
