/** Asks one question at a time and never an outdated one: what is asked meanwhile waits, and only the newest of it. */
export class Latest<Q, A> {
  readonly #work: (question: Q) => Promise<A>;
  readonly #use: (answer: A, question: Q, milliseconds: number) => void;
  readonly #fail: (error: unknown) => void;
  #busy = false;
  #next: { question: Q } | null = null;
  #ended = false;

  constructor(
    work: (question: Q) => Promise<A>,
    use: (answer: A, question: Q, milliseconds: number) => void,
    fail: (error: unknown) => void,
  ) {
    this.#work = work;
    this.#use = use;
    this.#fail = fail;
  }

  ask(question: Q): void {
    this.#next = { question };
    if (!this.#busy) void this.#go();
  }

  /** Answers that are still to come are not wanted any more. */
  end(): void {
    this.#ended = true;
    this.#next = null;
  }

  async #go(): Promise<void> {
    this.#busy = true;
    while (this.#next) {
      const { question } = this.#next;
      this.#next = null;
      const began = performance.now();
      try {
        const answer = await this.#work(question);
        if (!this.#ended) this.#use(answer, question, performance.now() - began);
      } catch (error) {
        if (!this.#ended) this.#fail(error);
      }
    }
    this.#busy = false;
  }
}

/** Milliseconds from a stroke to its reading within which drawing feels live. */
export const LIVE = 100;

/** Slow answers in a row after which drawing is not followed: the first few of a network that was just opened are slow anyway. */
export const SLOW = 8;

/** Whether a network is fast enough here to be asked at every move of the pen; else it is when the pen is lifted. */
export class Pace {
  #slow = 0;

  get live(): boolean {
    return this.#slow < SLOW;
  }

  record(milliseconds: number): void {
    this.#slow = milliseconds > LIVE ? Math.min(SLOW, this.#slow + 1) : 0;
  }
}
