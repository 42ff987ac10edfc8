/** What the workbench says to a trainer at work: to stop, and that an epoch is kept. */

export class Orders {
  #stop = false;
  #waiting: (() => void) | null = null;

  get stopRequested(): boolean {
    return this.#stop;
  }

  /** Resolves at the next `kept` or `stop`; at once if it is to stop already. */
  kept(): Promise<void> {
    if (this.#stop) return Promise.resolve();
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  take({ type }: { type: 'kept' | 'stop' }): void {
    if (type === 'stop') this.#stop = true;
    this.#waiting?.();
    this.#waiting = null;
  }
}
