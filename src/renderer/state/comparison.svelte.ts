/** Which runs are compared and how: kept by the workbench, so that it is the same after a restart. */
import { z } from 'zod';
import { InactivityCriterion } from '../../shared/spec/training.ts';
import { armSlot } from '../../shared/present/palette.ts';
import { call } from '../client/client.ts';
import type { Inactivity } from '../model/comparison.ts';
import { assignSlots, drawnRun, type DrawnRun } from '../model/run-styles.ts';
import { report, say } from './messages.ts';
import { theme } from './theme.svelte.ts';
import { workbench } from './workbench.svelte.ts';

/** As many as can be told apart. */
export const MOST_COMPARED = 12;

const key = 'compare';
const Kept = z.object({
  ids: z.array(z.string()).max(MOST_COMPARED),
  slots: z.record(z.string(), z.int().min(0)),
  baseline: z.string().nullable(),
  folded: z.boolean().default(false),
  inactivity: z.object({ criterion: InactivityCriterion, threshold: z.number().min(0).max(1) }),
});

class Comparison {
  ids = $state.raw<string[]>([]);
  /** As chosen; null lets the comparison choose. */
  baseline = $state<string | null>(null);
  inactivity = $state.raw<Inactivity>({ criterion: 'mean-vector', threshold: 0.01 });
  /** What is set above the comparison is out of sight. */
  folded = $state(false);
  /** Not drawn in charts. */
  hidden = $state.raw<ReadonlySet<string>>(new Set());
  #slots = $state.raw<Record<string, number>>({});

  async start(): Promise<void> {
    const kept = Kept.safeParse(await call('app.viewState', { key }).catch(() => null));
    if (!kept.success) {
      if (workbench.settings?.inactivity) this.inactivity = workbench.settings.inactivity;
      return;
    }
    const { ids, slots, baseline, inactivity, folded } = kept.data;
    this.folded = folded;
    this.inactivity = inactivity;
    // The address may have named runs meanwhile, or somebody may have added one.
    if (this.ids.length > 0) return;
    this.#slots = slots;
    this.baseline = baseline;
    this.#choose(ids.filter((id) => workbench.runs.has(id)));
  }

  has(id: string): boolean {
    return this.ids.includes(id);
  }

  get full(): boolean {
    return this.ids.length >= MOST_COMPARED;
  }

  add(id: string): void {
    if (this.has(id)) return;
    if (this.full) say(`${MOST_COMPARED} runs are already being compared, the most that can be told apart. Remove one first.`);
    else this.set([...this.ids, id]);
  }

  remove(id: string): void {
    this.set(this.ids.filter((one) => one !== id));
  }

  toggle(id: string): void {
    if (this.has(id)) this.remove(id);
    else this.add(id);
  }

  /** Takes the first of them where there are too many, and says so. */
  set(ids: readonly string[]): void {
    const different = [...new Set(ids)];
    if (different.length > MOST_COMPARED)
      say(`At most ${MOST_COMPARED} runs can be compared: showing the first ${MOST_COMPARED} of ${different.length}.`);
    this.#choose(different.slice(0, MOST_COMPARED));
    this.keep();
  }

  setBaseline(id: string | null): void {
    this.baseline = id;
    this.keep();
  }

  fold(folded: boolean): void {
    this.folded = folded;
    this.keep();
  }

  setInactivity(change: Partial<Inactivity>): void {
    this.inactivity = { ...this.inactivity, ...change };
    this.keep();
  }

  toggleHidden(id: string): void {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(id)) hidden.add(id);
    this.hidden = hidden;
  }

  /** Looks of a compared run, the same in every chart. */
  style(id: string): DrawnRun {
    return drawnRun(this.#slots[id] ?? 0, theme.dark);
  }

  #choose(ids: string[]): void {
    // An arm looks here as it does elsewhere, as far as one run of it goes.
    this.#slots = assignSlots(ids, this.#slots, (id) => armSlot(workbench.runs.get(id)?.arm ?? 'source'));
    this.ids = ids;
    if (this.baseline !== null && !ids.includes(this.baseline)) this.baseline = null;
  }

  #pending: ReturnType<typeof setTimeout> | undefined;

  /** Not at every movement of a slider. */
  private keep(): void {
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => {
      const value = { ids: this.ids, slots: this.#slots, baseline: this.baseline, folded: this.folded, inactivity: { ...this.inactivity } };
      call('app.keepViewState', { key, value }).catch(report);
    }, 300);
  }
}

export const comparison = new Comparison();
