/** The list of runs as it is looked at. It outlives the view and the window: who comes back finds it as they left it. */
import { call } from '../client/client.ts';
import { parseFilter, type Parsed } from '../model/filter/parse.ts';
import { numberOf, fieldOf, runFields, type RunRow } from '../model/run-fields.ts';
import { filterTest, linesByLineage, linesOf, sortRows, type Grouping, type Line, type Sorting } from '../model/run-rows.ts';
import { nowhere, readKept, usualLayout, type Brush, type Layout, type SavedLayout } from '../model/runs-state.ts';
import { runList } from './run-list.svelte.ts';
import { workbench } from './workbench.svelte.ts';

const key = 'runs';
/** Milliseconds; not at every movement of a column's edge. */
const PAUSE = 400;

class RunsView {
  layout = $state.raw<Layout>(usualLayout);
  saved = $state.raw<readonly SavedLayout[]>([]);
  /** What is being typed; the filter in force until Enter is pressed is that of the layout. */
  draft = $state('');
  chosen = $state.raw<ReadonlySet<string>>(new Set());
  brush = $state.raw<Brush | null>(null);
  folded = $state.raw<ReadonlySet<string>>(new Set());
  /** How far it is scrolled; kept, but nothing follows from it. */
  top = 0;
  /** Path of the line that keys act on. */
  current = $state<string | null>(null);
  #read: Promise<void> | null = null;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  /** Parts of the layout, so that what follows from one is not worked out anew when another changes. */
  readonly #filter: string = $derived(this.layout.filter);
  readonly #sorting: Sorting = $derived(this.layout.sorting);
  readonly #by: readonly Grouping[] = $derived(this.layout.by);
  readonly #byLineage: boolean = $derived(this.layout.lineage && this.layout.by.length === 0);
  readonly #parsed: Parsed = $derived(parseFilter(this.#filter, runFields));
  /** What is typed. */
  readonly typed: Parsed = $derived(parseFilter(this.draft, runFields));
  readonly #shown: RunRow[] = $derived(runList.rows.filter(filterTest(this.#parsed.terms)));
  /** In the order of the table. */
  readonly rows: readonly RunRow[] = $derived(sortRows(this.#shown, this.#sorting));
  readonly lines: readonly Line[] = $derived(
    this.#byLineage ? linesByLineage(this.rows) : linesOf(this.rows, { by: this.#by, folded: this.folded }),
  );
  readonly pending: boolean = $derived(this.draft.trim() !== this.#filter.trim());
  /** Ids that what is typed would show. */
  readonly #wouldShow: ReadonlySet<string> = $derived(new Set(runList.rows.filter(filterTest(this.typed.terms)).map(({ run }) => run.id)));
  /** What Enter would come to; null where it would change nothing, or cannot be read yet. */
  readonly promise: { keeps: number; adds: number } | null = $derived.by(() => {
    if (!this.pending || this.typed.problems.length > 0) return null;
    const keeps = this.rows.filter(({ run }) => this.#wouldShow.has(run.id)).length;
    return { keeps, adds: this.#wouldShow.size - keeps };
  });
  /** Of those that are shown. */
  readonly brushed: ReadonlySet<string> = $derived.by(() => {
    const { brush } = this;
    if (!brush) return new Set<string>();
    const [x, y] = [fieldOf(this.layout.scatter.x), fieldOf(this.layout.scatter.y)];
    const within = (value: number | null, [low, high]: readonly [number, number]) => value !== null && value >= low && value <= high;
    return new Set(
      this.rows.filter((row) => within(numberOf(x, row), brush.x) && within(numberOf(y, row), brush.y)).map(({ run }) => run.id),
    );
  });

  /** Whether Enter would take the run away. */
  fades(id: string): boolean {
    return this.promise !== null && !this.#wouldShow.has(id);
  }

  /** Reads what was kept, once. */
  start(): Promise<void> {
    this.#read ??= call('app.viewState', { key })
      .catch(() => null)
      .then((value) => {
        const { layout, place, saved } = readKept(value);
        Object.assign(this, { layout, saved, draft: layout.filter, brush: place.brush, top: place.top });
        this.folded = new Set(place.folded);
        this.chosen = new Set(place.chosen.filter((id) => workbench.runs.has(id)));
      });
    return this.#read;
  }

  change(change: Partial<Layout>): void {
    this.layout = { ...this.layout, ...change };
    this.keep();
  }

  /** Puts what is typed, or another filter, in force, unless it cannot be read. */
  apply(filter = this.draft): void {
    if (parseFilter(filter, runFields).problems.length > 0) return;
    this.draft = filter;
    this.change({ filter: filter.trim() });
  }

  show(layout: Layout): void {
    this.layout = layout;
    this.draft = layout.filter;
    this.brush = null;
    this.folded = new Set(nowhere.folded);
    this.keep();
  }

  saveAs(name: string): void {
    this.saved = [...this.saved.filter((one) => one.name !== name), { name, layout: this.layout }];
    this.keep();
  }

  forget(name: string): void {
    this.saved = this.saved.filter((one) => one.name !== name);
    this.keep();
  }

  choose(chosen: ReadonlySet<string>): void {
    this.chosen = chosen;
    this.keep();
  }

  /** Another stretch of the scatter, or none. */
  setBrush(brush: Brush | null): void {
    this.brush = brush;
    this.keep();
  }

  fold(path: string): void {
    const folded = new Set(this.folded);
    if (!folded.delete(path)) folded.add(path);
    this.folded = folded;
    this.keep();
  }

  keep(): void {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      const place = { folded: [...this.folded], chosen: [...this.chosen], brush: this.brush, top: this.top };
      call('app.keepViewState', { key, value: { layout: this.layout, place, saved: [...this.saved] } }).catch(() => undefined);
    }, PAUSE);
  }
}

export const runsView = new RunsView();
