/**
 * Writes to the store what must not be lost, in order. While the store cannot be written for now (the disk is full, another program
 * holds the database) it tries again and again, at longer and longer intervals, and nothing that waits is given up.
 */
import { Unavailable } from '../../store/unavailable.ts';

interface Deed {
  /** Each is tried again by itself until it is done: at most one of them may write, or they must not mind being repeated. */
  steps: (() => void)[];
  /** For an error that will not pass. What is left of the steps is not done then. */
  failed: (error: unknown) => void;
}

/** Milliseconds until the first and, at most, every further attempt. */
const firstPause = 250;
const longestPause = 4000;

export class Keeper {
  readonly #changed: () => void;
  readonly #deeds: Deed[] = [];
  #fault: string | null = null;
  #pause = firstPause;
  #timer: NodeJS.Timeout | null = null;
  #working = false;

  readonly #failed: Deed['failed'];

  /** @param changed is called when `fault` has. @param failed for deeds that do not say what becomes of them then. */
  constructor(changed: () => void, failed: Deed['failed']) {
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Why nothing can be written for now; null: it can. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Does these steps, at once unless others are waiting. */
  do(steps: readonly (() => void)[], failed = this.#failed): void {
    this.#deeds.push({ steps: [...steps], failed });
    if (!this.#working && this.#timer === null) this.#work();
  }

  /** What waits is given up. */
  giveUp(): void {
    this.#deeds.length = 0;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #work(): void {
    this.#working = true;
    try {
      for (let deed = this.#deeds[0]; deed; deed = this.#deeds[0]) {
        if (!this.#perform(deed)) return;
        this.#deeds.shift();
      }
    } finally {
      this.#working = false;
    }
    this.#pause = firstPause;
    this.#tell(null);
  }

  /** Returns whether it is over, one way or the other. */
  #perform(deed: Deed): boolean {
    try {
      for (let step = deed.steps[0]; step; step = deed.steps[0]) {
        step();
        deed.steps.shift();
      }
    } catch (error) {
      if (error instanceof Unavailable) {
        this.#timer = setTimeout(() => {
          this.#timer = null;
          this.#work();
        }, this.#pause);
        this.#pause = Math.min(2 * this.#pause, longestPause);
        this.#tell(error.fault);
        return false;
      }
      deed.steps = [];
      deed.failed(error);
    }
    return true;
  }

  #tell(fault: string | null): void {
    if (this.#fault === fault) return;
    this.#fault = fault;
    this.#changed();
  }
}
