/**
 * Which runs wait, in which order. Every process that trains has a queue of its own: a run waits in one of them, and those
 * of another process that lives are left alone.
 */
import { isAlive, type ProcessIdentity } from './process.ts';
import type { Sql } from './sql.ts';

interface Row {
  run: string;
  pid: number | null;
  host: string | null;
  process: string | null;
  heartbeat: string | null;
}

const own = 'queue.pid = @pid AND queue.host = @host AND queue.process IS @process';

export class Queue {
  readonly #sql: Sql;
  readonly #self: ProcessIdentity;
  #outlives = true;

  constructor(sql: Sql, self: ProcessIdentity) {
    this.#sql = sql;
    this.#self = self;
  }

  /**
   * Takes over what waits for the next window, or what a process that died has left.
   * @param outlives whether what waits here still waits when this process is gone: a window's does, a terminal's does not.
   */
  open(outlives: boolean): void {
    this.#outlives = outlives;
    this.#sql.atomically(() => {
      const left = this.#sql.all<Row & { outlives: number }>('SELECT * FROM queue ORDER BY place').filter((row) => !this.#isHeld(row));
      const [kept, dropped] = [left.filter((row) => row.outlives === 1), left.filter((row) => row.outlives === 0)];
      for (const { run } of dropped) this.#sql.run('DELETE FROM queue WHERE run = @run', { run });
      if (outlives) this.replace([...kept.map(({ run }) => run), ...this.list()]);
    });
  }

  /** What waits here waits for the next window, or no longer. */
  leave(): void {
    if (this.#outlives) this.#sql.run(`UPDATE queue SET pid = NULL, host = NULL, process = NULL WHERE ${own}`, this.#self);
    else this.replace([]);
  }

  /** Ids in order. */
  list(): string[] {
    return this.#sql.all<{ run: string }>(`SELECT run FROM queue WHERE ${own} ORDER BY place`, this.#self).map(({ run }) => run);
  }

  /** Which of those in the queue could begin now, and which need it no more: without reading what there may be thousands of. */
  standing(): { ready: string[]; done: string[] } {
    const rows = this.#sql.all<{ run: string; status: string | null; parent: string | null; above: string | null }>(
      `SELECT queue.run, runs.status, runs.parent, parents.status AS above FROM queue
         LEFT JOIN runs ON runs.id = queue.run LEFT JOIN runs AS parents ON parents.id = runs.parent
       WHERE ${own} ORDER BY place`,
      this.#self,
    );
    const isDone = ({ status }: { status: string | null }) => status === null || status === 'finished';
    return {
      ready: rows.filter((row) => !isDone(row) && (row.parent === null || row.above === 'finished')).map(({ run }) => run),
      done: rows.filter(isDone).map(({ run }) => run),
    };
  }

  /** The other process that lives and in whose queue the run waits. */
  holderOf(run: string): ProcessIdentity | null {
    const row = this.#sql.get('SELECT * FROM queue WHERE run = @run', { run }) as Row | undefined;
    if (!row || !this.#isHeld(row)) return null;
    const { pid, host, process } = row as ProcessIdentity;
    return pid === this.#self.pid && host === this.#self.host && process === this.#self.process ? null : { pid, host, process };
  }

  /** Those that wait in the queue of another process stay there. */
  add(runs: readonly string[], first = false): void {
    this.#sql.atomically(() => {
      const added = new Set(runs.filter((run) => this.holderOf(run) === null));
      const waiting = this.list().filter((run) => !added.has(run));
      this.replace(first ? [...added, ...waiting] : [...waiting, ...added]);
    });
  }

  remove(runs: readonly string[]): void {
    const gone = new Set(runs);
    this.replace(this.list().filter((run) => !gone.has(run)));
  }

  /** Those named come first, in this order; the others keep theirs behind. */
  reorder(runs: readonly string[]): void {
    const waiting = new Set(this.list());
    // A set keeps the order in which things come first.
    this.replace([...new Set([...runs.filter((run) => waiting.has(run)), ...waiting])]);
  }

  replace(runs: readonly string[]): void {
    this.#sql.atomically(() => {
      this.#sql.run(`DELETE FROM queue WHERE ${own}`, this.#self);
      const heartbeat = new Date().toISOString();
      for (const [place, run] of [...new Set(runs)].entries())
        this.#sql.run(
          `INSERT OR REPLACE INTO queue (run, place, pid, host, process, heartbeat, outlives)
           VALUES (@run, @place, @pid, @host, @process, @heartbeat, @outlives)`,
          { run, place, heartbeat, outlives: Number(this.#outlives), ...this.#self },
        );
    });
  }

  /** Tells processes on other hosts that this one still lives. */
  heartbeat(): void {
    this.#sql.run(`UPDATE queue SET heartbeat = @now WHERE ${own}`, { now: new Date().toISOString(), ...this.#self });
  }

  #isHeld({ pid, host, process, heartbeat }: Row): boolean {
    return pid !== null && isAlive({ pid, host: host!, process }, heartbeat!);
  }
}
