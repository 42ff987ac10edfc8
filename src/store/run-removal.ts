/**
 * Takes deleted runs out of the database for good, and off the disk. A run may have hundreds of thousands of rows, and there may
 * be thousands of runs: it is done in small transactions, between which others can work.
 */
import { isAlive, type ProcessIdentity } from './process.ts';
import type { RunFiles } from './run-files.ts';
import type { Sql } from './sql.ts';

/** In one transaction. */
const maxEpochs = 200;
const maxRuns = 50;

type Removed = { id: string; pid: number | null; host: string | null; process: string | null; heartbeat: string | null };

export class RunRemoval {
  readonly #sql: Sql;
  readonly #files: RunFiles;

  constructor(sql: Sql, files: RunFiles) {
    this.#sql = sql;
    this.#files = files;
  }

  /**
   * Ends the time in which deleting can be taken back, of what was deleted before now. Each step is one transaction. A run
   * from which others are cut stays as long as they do, and one that a process which lives trains or imports as long as that does.
   */
  *purge(): Generator<void> {
    const before = new Date().toISOString();
    for (let left: Removed[]; (left = this.#removable(before)).length > 0;) yield* this.remove(left.map(({ id }) => id));
  }

  /** Removes these runs, from which none are cut, deleted or not. */
  *remove(ids: readonly string[]): Generator<void> {
    const left = [...ids];
    while (left.length > 0) {
      const gone = this.#sql.atomically(() => {
        const done: string[] = [];
        for (let epochs = 0; left.length > 0 && done.length < maxRuns;) {
          epochs += this.#sql.run(
            'DELETE FROM epochs WHERE run = @run AND epoch IN (SELECT epoch FROM epochs WHERE run = @run LIMIT @most)',
            { run: left[0], most: maxEpochs - epochs },
          );
          if (epochs === maxEpochs) break;
          done.push(this.#removeRow(left.shift()!));
        }
        return done;
      });
      for (const run of gone) this.#files.removeAll(run);
      yield;
    }
  }

  #removable(before: string): Removed[] {
    return this.#sql
      .all<Removed>(
        `SELECT id, pid, host, process, heartbeat FROM runs WHERE deleted < @before
           AND NOT EXISTS (SELECT 1 FROM runs AS child WHERE child.parent = runs.id)`,
        { before },
      )
      .filter(({ heartbeat, ...holder }) => holder.pid === null || !isAlive(holder as ProcessIdentity, heartbeat!));
  }

  #removeRow(id: string): string {
    const { dataset, pid } = this.#sql.get('SELECT dataset, pid FROM runs WHERE id = ?', id) as { dataset: string; pid: number | null };
    // A study that lacks a run is begun anew when it is next started.
    this.#sql.run(`UPDATE studies SET identity = '' WHERE id = (SELECT study FROM runs WHERE id = @id)`, { id });
    this.#sql.run('DELETE FROM runs WHERE id = @id', { id });
    // The data set of a run that was not imported to its end is not known here by anything else, unless it was before.
    if (pid !== null)
      this.#sql.run(
        `DELETE FROM datasets WHERE fingerprint = @dataset
           AND NOT EXISTS (SELECT 1 FROM runs WHERE dataset = @dataset)
           AND NOT EXISTS (SELECT 1 FROM studies WHERE dataset = @dataset)
           AND NOT EXISTS (SELECT 1 FROM images WHERE dataset = @dataset)`,
        { dataset },
      );
    return id;
  }
}
