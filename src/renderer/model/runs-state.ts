/** What the list of runs remembers between visits and starts, and the views that somebody has saved under a name. */
import { z } from 'zod';
import { columnIds, groupingNames, type Grouping, type Sorting } from './run-rows.ts';
import { fieldOf, isField, numberFields } from './run-fields.ts';

export const NARROWEST = 2.5;
export const WIDEST = 40;

/** Of a field; one has had another name before. */
const Id = z.string().transform((id) => (id === 'border' ? 'critical' : id));
const Column = z.object({ id: Id.refine((id) => columnIds.includes(id)), width: z.number().min(NARROWEST).max(WIDEST) });
export type Column = z.infer<typeof Column>;
const axis = Id.refine((id) => numberFields.some((field) => field.id === id));

export const Layout = z.object({
  filter: z.string().max(2000),
  sorting: z.object({ key: Id.refine(isField), descending: z.boolean() }),
  by: z.array(z.enum(groupingNames)).max(groupingNames.length),
  lineage: z.boolean(),
  columns: z.array(Column).min(1),
  scatter: z.object({ shown: z.boolean(), x: axis, y: axis }),
});
export type Layout = z.infer<typeof Layout>;

const Stretch = z.tuple([z.number(), z.number()]);
export const Brush = z.object({ x: Stretch, y: Stretch });
export type Brush = z.infer<typeof Brush>;

/** Where somebody was in the list. */
const Place = z.object({
  folded: z.array(z.string()).max(20_000),
  chosen: z.array(z.string()).max(20_000),
  brush: Brush.nullable(),
  top: z.number().min(0),
});
export type Place = z.infer<typeof Place>;

const Saved = z.array(z.object({ name: z.string().min(1).max(100), layout: Layout })).max(200);
export type SavedLayout = z.infer<typeof Saved>[number];

const columnsOf = (...ids: string[]): Column[] => ids.map((id) => ({ id, width: fieldOf(id).width! }));

/** The name comes first always; what says most is in sight in a window of 1,280 pixels. */
export const usualLayout: Layout = {
  filter: '',
  sorting: { key: 'created', descending: true },
  by: [],
  lineage: false,
  columns: columnsOf(
    'name',
    'status',
    'N',
    'D',
    'L',
    'gain',
    'curve',
    'acc',
    'inactive',
    'delta',
    'cut',
    'ratios',
    'best',
    'epoch',
    'seed',
    'created',
  ),
  scatter: { shown: false, x: 'gain', y: 'inactive' },
};

export const nowhere: Place = { folded: [], chosen: [], brush: null, top: 0 };

/** What everybody may want to see at once. */
export const givenLayouts: readonly SavedLayout[] = [
  { name: 'All runs', layout: usualLayout },
  {
    name: 'By study, network and arm',
    layout: {
      ...usualLayout,
      by: ['study', 'network', 'arm'],
      // Groups say most of a name.
      columns: columnsOf('name', 'N', 'D', 'L', 'gain', 'curve', 'acc', 'inactive', 'delta', 'cut', 'ratios', 'best').map((column) =>
        column.id === 'name' ? { ...column, width: 20 } : column,
      ),
      sorting: { key: 'seed', descending: false },
      scatter: { ...usualLayout.scatter, shown: true },
    },
  },
  { name: 'Not finished', layout: { ...usualLayout, filter: '-status:finished' } },
  { name: 'Vanished', layout: { ...usualLayout, filter: 'inactive = 100%' } },
  { name: 'Favourites', layout: { ...usualLayout, filter: 'is:favourite' } },
  { name: 'Archive', layout: { ...usualLayout, filter: 'is:archived' } },
];

export interface Kept {
  layout: Layout;
  place: Place;
  saved: SavedLayout[];
}

/** As it was kept; what is missing or was written by another version is as usual, and the rest stays. */
export function readKept(value: unknown): Kept {
  const kept = z.record(z.string(), z.unknown()).catch({}).parse(value);
  return {
    layout: Layout.catch(usualLayout).parse(kept['layout']),
    place: Place.catch(nowhere).parse(kept['place']),
    saved: z
      .array(z.unknown())
      .catch([])
      .parse(kept['saved'])
      .flatMap((one) => Saved.element.safeParse(one).data ?? []),
  };
}

export function sortedBy({ key, descending }: Sorting, chosen: string): Sorting {
  // Numbers are looked at from the largest down.
  const first = fieldOf(chosen).kind === 'number' || fieldOf(chosen).kind === 'date';
  return { key: chosen, descending: key === chosen ? !descending : first };
}

export const withGrouping = (by: readonly Grouping[], grouping: Grouping): Grouping[] =>
  by.includes(grouping) ? by.filter((one) => one !== grouping) : [...by, grouping];

/** Moves a column before or behind its neighbour; the name stays first. */
export function moved(columns: readonly Column[], id: string, by: -1 | 1): Column[] {
  const from = columns.findIndex((column) => column.id === id);
  const to = from + by;
  if (from < 1 || to < 1 || to >= columns.length) return [...columns];
  const changed = [...columns];
  [changed[from], changed[to]] = [changed[to]!, changed[from]!];
  return changed;
}

/** Shown at the end, or no longer; the name stays. */
export function withColumn(columns: readonly Column[], id: string): Column[] {
  if (id === 'name') return [...columns];
  const without = columns.filter((column) => column.id !== id);
  return without.length < columns.length ? without : [...columns, ...columnsOf(id)];
}
