/** Runs in full, read when a view first needs them, and kept up to date while they are trained. */
import { SvelteMap } from 'svelte/reactivity';
import type { RunDetail, RunSummary } from '../../shared/contract/index.ts';
import { call, on } from '../client/client.ts';
import { attempt } from './messages.ts';

class RunDetails {
  #runs = new SvelteMap<string, RunDetail>();
  #reading = new Set<string>();

  constructor() {
    on('epoch', ({ run, metrics }) => {
      const known = this.#runs.get(run);
      if (!known) return;
      const epochs = [...known.epochs.filter(({ epoch }) => epoch !== metrics.epoch), metrics];
      this.#runs.set(run, { ...known, epochs, evaluation: metrics.test });
    });
    on('runs', (summaries) => {
      for (const summary of summaries) {
        const known = this.#runs.get(summary.id);
        if (!known) continue;
        this.#runs.set(summary.id, { ...known, summary });
        // A cut, an end and findings bring more than a summary tells.
        const told = ({ status, params, health }: RunSummary) => JSON.stringify([status, params, health]);
        if (told(summary) !== told(known.summary)) void this.read([summary.id]);
      }
    });
    on('runs-removed', (ids) => {
      for (const id of ids) this.#runs.delete(id);
    });
  }

  get(id: string): RunDetail | undefined {
    return this.#runs.get(id);
  }

  /** Reads those that are not here yet. */
  async need(ids: readonly string[]): Promise<void> {
    const missing = ids.filter((id) => !this.#runs.has(id) && !this.#reading.has(id));
    if (missing.length > 0) await this.read(missing);
  }

  private async read(ids: string[]): Promise<void> {
    for (const id of ids) this.#reading.add(id);
    const runs = await attempt(() => call('runs.get', { ids }));
    for (const id of ids) this.#reading.delete(id);
    for (const run of runs ?? []) this.#runs.set(run.summary.id, run);
  }
}

export const details = new RunDetails();
