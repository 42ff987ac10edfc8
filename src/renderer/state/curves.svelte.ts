/** Accuracy over epochs of the runs of the list, read a few hundred at a time, and anew when a run has done an epoch. */
import type { RunCurve } from '../../shared/contract/index.ts';
import { call, on } from '../client/client.ts';
import { report } from './messages.ts';

/** Few enough that nobody waits behind it for anything else. */
const AT_ONCE = 200;

class Curves {
  /** By run; replaced, never changed. */
  all = $state.raw<ReadonlyMap<string, RunCurve>>(new Map());
  readonly #asked = new Set<string>();

  constructor() {
    on('epoch', ({ run }) => {
      if (this.#asked.has(run)) void this.#read([run]);
    });
  }

  /** Reads those that are not here yet. */
  async need(runs: Iterable<string>): Promise<void> {
    const missing = [...runs].filter((run) => !this.#asked.has(run));
    for (const run of missing) this.#asked.add(run);
    for (let from = 0; from < missing.length; from += AT_ONCE) await this.#read(missing.slice(from, from + AT_ONCE));
  }

  async #read(ids: string[]): Promise<void> {
    try {
      const read = await call('runs.curves', { ids });
      this.all = new Map([...this.all, ...read.map((curve) => [curve.run, curve] as const)]);
    } catch (error) {
      for (const id of ids) this.#asked.delete(id);
      report(error);
    }
  }
}

export const curves = new Curves();
