/** The workbench's queue: which runs wait, in which order. A study of the terminal does its runs without it. */
import type { Sql } from './sql.ts';

export class Queue {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Ids in order. */
  list(): string[] {
    return this.#sql.all<{ run: string }>('SELECT run FROM queue ORDER BY place').map(({ run }) => run);
  }

  add(runs: readonly string[], first = false): void {
    const waiting = this.list().filter((run) => !runs.includes(run));
    this.replace(first ? [...runs, ...waiting] : [...waiting, ...runs]);
  }

  remove(runs: readonly string[]): void {
    this.replace(this.list().filter((run) => !runs.includes(run)));
  }

  /** Those named come first, in this order; the others keep theirs behind. */
  reorder(runs: readonly string[]): void {
    const waiting = this.list();
    const named = runs.filter((run) => waiting.includes(run));
    this.replace([...named, ...waiting.filter((run) => !named.includes(run))]);
  }

  replace(runs: readonly string[]): void {
    this.#sql.atomically(() => {
      this.#sql.run('DELETE FROM queue');
      for (const [place, run] of [...new Set(runs)].entries())
        this.#sql.run('INSERT INTO queue (run, place) VALUES (@run, @place)', { run, place });
    });
  }
}
