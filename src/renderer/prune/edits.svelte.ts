/** A value that is edited, and what it was before: changes in quick succession, as of a line that is dragged, are one step. */

const ONE_STEP = 600;

export class Edits<T> {
  now = $state.raw() as T;
  #before = $state.raw<{ value: T; at: number }[]>([]);

  constructor(value: T) {
    this.now = value;
  }

  get undoable(): boolean {
    return this.#before.length > 0;
  }

  set(value: T): void {
    const at = performance.now();
    const last = this.#before.at(-1);
    const goesOn = last !== undefined && at - last.at < ONE_STEP;
    this.#before = goesOn ? this.#before.with(-1, { ...last, at }) : [...this.#before, { value: this.now, at }];
    this.now = value;
  }

  undo(): void {
    const last = this.#before.at(-1);
    if (!last) return;
    this.now = last.value;
    this.#before = this.#before.slice(0, -1);
  }

  /** In a field, the key takes back what was typed there. */
  undoByKey(event: KeyboardEvent): void {
    const asked = event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
    if (!asked || !this.undoable || (event.target as HTMLElement).matches('input, textarea')) return;
    event.preventDefault();
    this.undo();
  }
}
