/** What all test images say of the capsules of runs: computed when it is first wanted, once per run. */
import { SvelteMap } from 'svelte/reactivity';
import type { Atlas } from '../../../shared/inside/atlas.ts';
import { call, on } from '../../client/client.ts';
import { newId } from '../../client/new-id.ts';

export interface AtlasState {
  atlas: Atlas | null;
  /** Of the images that it has gone through; null while nothing is computed. */
  share: number | null;
  problem: string | null;
}

class Atlases {
  readonly #states = new SvelteMap<string, AtlasState>();
  readonly #tasks = new Map<string, string>();

  constructor() {
    on('inside', ({ task, done, total }) => {
      const run = [...this.#tasks].find(([, of]) => of === task)?.[0];
      if (run !== undefined) this.#states.set(run, { atlas: null, share: done / total, problem: null });
    });
  }

  get(run: string): AtlasState | undefined {
    return this.#states.get(run);
  }

  async need(run: string): Promise<void> {
    const known = this.#states.get(run);
    if (known && (known.atlas !== null || known.share !== null)) return;
    const task = newId();
    this.#tasks.set(run, task);
    this.#states.set(run, { atlas: null, share: 0, problem: null });
    let state: AtlasState = { atlas: null, share: null, problem: null };
    try {
      state = { ...state, atlas: await call('inside.atlas', { task, run }) };
    } catch (error) {
      state = { ...state, problem: error instanceof Error ? error.message : String(error) };
    }
    this.#tasks.delete(run);
    this.#states.set(run, state);
  }

  cancel(run: string): void {
    const task = this.#tasks.get(run);
    if (task !== undefined) void call('inside.cancel', { task });
  }
}

export const atlases = new Atlases();
