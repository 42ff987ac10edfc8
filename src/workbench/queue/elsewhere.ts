/** Which runs of the same database other processes train, or have waiting. */
import type { ElsewhereRuns } from '../../shared/contract/index.ts';
import type { Store } from '../../store/store.ts';

/** Milliseconds between two looks. */
const interval = 2000;

export class Elsewhere {
  readonly #timer: NodeJS.Timeout;
  #runs: ElsewhereRuns[];

  /** @param changed is called when `runs` is another than before. */
  constructor(store: Store, changed: () => void) {
    this.#runs = store.training.heldElsewhere();
    let version = store.writtenByOthers;
    this.#timer = setInterval(() => {
      try {
        // A process that dies writes nothing.
        if (version === (version = store.writtenByOthers) && this.#runs.length === 0) return;
        const before = this.#runs;
        this.#runs = store.training.heldElsewhere();
        if (JSON.stringify(before) !== JSON.stringify(this.#runs)) changed();
      } catch (error) {
        // The next look may see more.
        console.error(error);
      }
    }, interval).unref();
  }

  get runs(): ElsewhereRuns[] {
    return this.#runs;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
