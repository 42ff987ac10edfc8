/** What the workbench says to a trainer at work: to stop, that an epoch is kept, and what it wants to know. */
import type { InsideQuestion } from '../shared/inside/question.ts';

export interface Asked {
  id: number;
  question: InsideQuestion;
}

type Order = { type: 'kept' | 'stop' } | ({ type: 'question' } & Asked);

export class Orders {
  #stop = false;
  #waiting: (() => void) | null = null;
  readonly #questions: Asked[] = [];
  #listening: ((asked: Asked | null) => void) | null = null;

  get stopRequested(): boolean {
    return this.#stop;
  }

  /** Resolves at the next `kept` or `stop`; at once if it is to stop already. */
  kept(): Promise<void> {
    if (this.#stop) return Promise.resolve();
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  /** The oldest question that has not been taken; null once it is to stop. */
  nextQuestion(): Promise<Asked | null> {
    if (this.#stop) return Promise.resolve(null);
    const asked = this.#questions.shift();
    return asked ? Promise.resolve(asked) : new Promise((resolve) => (this.#listening = resolve));
  }

  take(order: Order): void {
    if (order.type === 'question') {
      if (this.#listening) this.#hear(order);
      else this.#questions.push(order);
      return;
    }
    if (order.type === 'stop') {
      this.#stop = true;
      this.#hear(null);
    }
    this.#waiting?.();
    this.#waiting = null;
  }

  #hear(asked: Asked | null): void {
    this.#listening?.(asked);
    this.#listening = null;
  }
}
