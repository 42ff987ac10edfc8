/** Searching, filtering, sorting and grouping of the list of runs. Made for thousands: everything is one pass. */
import type { RunSummary } from '../../shared/contract/index.ts';
import { measures } from '../../shared/measures/catalogue.ts';
import type { ShownStatus } from '../../shared/results.ts';

export interface RunFilter {
  /** Words, all of which must occur; `tag:x`, `data:x`, `status:x` and `study:x` look into one field only. */
  search: string;
  status: ShownStatus | 'all';
  arm: RunSummary['arm'] | 'all';
  favourites: boolean;
  archived: boolean;
}

export const everyRun: RunFilter = { search: '', status: 'all', arm: 'all', favourites: false, archived: false };

const fields = {
  tag: (run: RunSummary) => run.tags.join('\n'),
  data: (run: RunSummary) => run.dataset.name,
  status: (run: RunSummary) => run.status,
  study: (run: RunSummary) => run.study?.name ?? '',
} satisfies Record<string, (run: RunSummary) => string>;

const isField = (name: string): name is keyof typeof fields => Object.hasOwn(fields, name);
const everything = (run: RunSummary) => [run.name, run.note, run.dataset.name, run.study?.name ?? '', run.id, ...run.tags].join('\n');

type Test = (run: RunSummary) => boolean;

function wordTest(word: string): Test {
  const [, field = '', rest = ''] = /^(\w+):(.+)$/.exec(word) ?? [];
  const text = isField(field) ? fields[field] : everything;
  const wanted = (isField(field) ? rest : word).toLowerCase();
  return (run) => text(run).toLowerCase().includes(wanted);
}

export function filterRuns(runs: Iterable<RunSummary>, filter: RunFilter): RunSummary[] {
  const words = filter.search.split(/\s+/).filter(Boolean).map(wordTest);
  const kept: RunSummary[] = [];
  for (const run of runs) {
    if (run.archived !== filter.archived) continue;
    if (filter.status !== 'all' && run.status !== filter.status) continue;
    if (filter.arm !== 'all' && run.arm !== filter.arm) continue;
    if (filter.favourites && !run.favourite) continue;
    if (words.every((test) => test(run))) kept.push(run);
  }
  return kept;
}

export interface Sorting {
  /** One of sortKeys. */
  key: string;
  descending: boolean;
}

const values = new Map<string, (run: RunSummary) => string | number | null>([
  ['name', (run) => run.name],
  ['status', (run) => run.status],
  ['dataset', (run) => run.dataset.name],
  ['network', ({ network }) => network.depth * 1e8 + network.types * 1e4 + network.dim],
  ['epoch', (run) => run.epoch],
  ['created', (run) => run.created],
  ...measures.map(({ id, of }) => [id, of] as const),
]);

/** Columns of a run itself, and measures by their ids. */
export const sortKeys: readonly string[] = [...values.keys()];

const collator = new Intl.Collator('en', { numeric: true });

/** Runs without a value come last, whichever way it is sorted. Equal ones stay as they were, descending the other way round. */
export function sortRuns(runs: readonly RunSummary[], { key, descending }: Sorting): RunSummary[] {
  const valueOf = values.get(key);
  if (!valueOf) throw new Error(`runs cannot be sorted by "${key}"`);
  const keyed = runs.map((run, at) => ({ run, at, value: valueOf(run) }));
  const sign = descending ? -1 : 1;
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    const numbers = typeof a.value === 'number' && typeof b.value === 'number';
    const order = numbers ? Number(a.value) - Number(b.value) : collator.compare(String(a.value), String(b.value));
    return sign * (order || a.at - b.at);
  });
  return keyed.map(({ run }) => run);
}

export interface ListedRun {
  run: RunSummary;
  /** Cuts between this run and the one at the root of its tree, as far as they are in the list. */
  level: number;
}

/** Each run followed by those cut from it, in the order of `runs`. A run whose parent is not in the list stands on its own. */
export function byLineage(runs: readonly RunSummary[]): ListedRun[] {
  const here = new Set(runs.map(({ id }) => id));
  const children = Map.groupBy(runs, ({ parent }) => (parent !== null && here.has(parent) ? parent : null));
  const listed: ListedRun[] = [];
  const add = (run: RunSummary, level: number): void => {
    listed.push({ run, level });
    for (const child of children.get(run.id) ?? []) add(child, level + 1);
  };
  for (const root of children.get(null) ?? []) add(root, 0);
  return listed;
}

/** The run's ancestors, from the first, and its direct children, oldest first. */
export function family(run: RunSummary, runs: ReadonlyMap<string, RunSummary>): { ancestors: RunSummary[]; children: RunSummary[] } {
  const ancestors: RunSummary[] = [];
  for (let parent = runs.get(run.parent ?? ''); parent; parent = runs.get(parent.parent ?? '')) ancestors.unshift(parent);
  return { ancestors, children: [...runs.values()].filter((other) => other.parent === run.id) };
}
