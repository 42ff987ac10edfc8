/** Tells of runs that another process has begun, trained further, ended or deleted in the same database: a study in a terminal, say. */
import type { Store } from '../store/store.ts';

/** Milliseconds between two looks; each is one number as long as nobody else has written anything. */
const INTERVAL = 1000;

export class Follower {
  readonly #store: Pick<Store, 'writtenByOthers' | 'states'>;
  readonly #timer: NodeJS.Timeout;
  #version: number;
  #states: Map<string, string>;

  constructor(store: Pick<Store, 'writtenByOthers' | 'states'>, onChanged: (ids: string[]) => void, onRemoved: (ids: string[]) => void) {
    this.#store = store;
    this.#version = store.writtenByOthers;
    this.#states = store.states();
    this.#timer = setInterval(() => {
      try {
        // What this process writes does not count, and is told of where it is written.
        const version = store.writtenByOthers;
        if (version === this.#version) return;
        this.#version = version;
        const states = store.states();
        const changed = [...states].filter(([id, state]) => this.#states.get(id) !== state).map(([id]) => id);
        const removed = [...this.#states.keys()].filter((id) => !states.has(id));
        this.#states = states;
        if (changed.length > 0) onChanged(changed);
        if (removed.length > 0) onRemoved(removed);
      } catch (error) {
        // The disk may be gone for a while; the next look may see more.
        console.error(error);
      }
    }, INTERVAL).unref();
  }

  /** What there is now is known: another connection of this process has written it. */
  passOver(): void {
    this.#version = this.#store.writtenByOthers;
    this.#states = this.#store.states();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
