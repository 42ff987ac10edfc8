/**
 * Runs that are being imported. They may have tens of thousands of epochs, and who trains into the same database must not
 * wait for them: they come in small transactions, as deleted runs that this process holds, and appear in the end, all at once.
 * What a process that died has left of them is removed with other deleted runs.
 */
import { InputError } from '../shared/input-error.ts';
import type { EpochMetrics } from '../shared/results.ts';
import { isAlive, type ProcessIdentity } from './process.ts';
import type { RunRemoval } from './run-removal.ts';
import type { RunResults } from './run-results.ts';
import type { Sql } from './sql.ts';

type Holder = ProcessIdentity & { id: string; heartbeat: string };

/** An imported run is finished; only while it comes has it a process. */
const coming = `deleted IS NOT NULL AND status = 'finished' AND pid IS NOT NULL`;

const now = () => new Date().toISOString();

export class Imports {
  readonly #sql: Sql;
  readonly #self: ProcessIdentity;
  readonly #parts: { results: RunResults; removal: RunRemoval };

  constructor(sql: Sql, self: ProcessIdentity, parts: { results: RunResults; removal: RunRemoval }) {
    this.#sql = sql;
    this.#self = self;
    this.#parts = parts;
  }

  /** Removes what a process that died has left of these runs. Throws an InputError when one of them is just being imported. */
  clear(runs: readonly string[]): void {
    const left = this.#coming().filter(({ id }) => runs.includes(id));
    for (const { id, heartbeat, ...holder } of left)
      if (isAlive(holder, heartbeat))
        throw new InputError(`run ${id} is being imported at this moment, by process ${holder.pid} on ${holder.host}`);
    this.#remove(left);
  }

  /** Removes what this process has begun to import and not ended. */
  discard(): void {
    const { pid, host, process } = this.#self;
    this.#remove(this.#coming().filter((run) => run.pid === pid && run.host === host && run.process === process));
  }

  /** Hides a run that has just been inserted, in the same transaction. */
  hide(run: string): void {
    this.#sql.run('UPDATE runs SET deleted = @now, heartbeat = @now, pid = @pid, host = @host, process = @process WHERE id = @run', {
      run,
      now: now(),
      ...this.#self,
    });
  }

  addEpochs(run: string, epochs: readonly EpochMetrics[]): void {
    this.#sql.atomically(() => {
      this.#parts.results.addEpochs(run, epochs);
      this.#sql.run('UPDATE runs SET heartbeat = @now WHERE id = @run', { run, now: now() });
    });
  }

  /** Shows these runs: they are here whole. */
  show(runs: readonly string[]): void {
    for (const run of runs)
      this.#sql.run('UPDATE runs SET deleted = NULL, heartbeat = NULL, pid = NULL, host = NULL, process = NULL WHERE id = @run', { run });
  }

  /** Those cut from others first. */
  #coming(): Holder[] {
    return this.#sql.all<Holder>(`SELECT id, pid, host, process, heartbeat FROM runs WHERE ${coming} ORDER BY rowid DESC`);
  }

  #remove(runs: readonly Holder[]): void {
    const steps = this.#parts.removal.remove(runs.map(({ id }) => id));
    while (!steps.next().done);
  }
}
