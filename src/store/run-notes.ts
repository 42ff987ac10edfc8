/** What people note about runs, and runs that they delete: gone from every list at once, for good after the next start (run-removal.ts). */
import type { Sql } from './sql.ts';

export interface RunChange {
  name?: string | undefined;
  note?: string | undefined;
  favourite?: boolean | undefined;
  archived?: boolean | undefined;
  addTags?: string[] | undefined;
  removeTags?: string[] | undefined;
}

export class RunNotes {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  edit(runs: readonly string[], { name, note, favourite, archived, addTags = [], removeTags = [] }: RunChange): void {
    const flag = (value: boolean | undefined) => (value === undefined ? null : Number(value));
    this.#sql.atomically(() => {
      for (const run of runs) {
        this.#sql.run(
          `UPDATE runs SET name = coalesce(@name, name), note = coalesce(@note, note),
             favourite = coalesce(@favourite, favourite), archived = coalesce(@archived, archived) WHERE id = @run`,
          { run, name: name ?? null, note: note ?? null, favourite: flag(favourite), archived: flag(archived) },
        );
        for (const tag of removeTags) this.#sql.run('DELETE FROM tags WHERE run = @run AND tag = @tag', { run, tag });
        for (const tag of addTags) this.#sql.run('INSERT INTO tags (run, tag) VALUES (@run, @tag) ON CONFLICT DO NOTHING', { run, tag });
      }
    });
  }

  remove(runs: readonly string[]): void {
    this.#mark(runs, new Date().toISOString());
  }

  restore(runs: readonly string[]): void {
    this.#mark(this.deleted(runs), null);
  }

  /** Those of these runs that are deleted, which can still be taken back. What is just being imported (imports.ts) is not among them. */
  deleted(runs: readonly string[]): string[] {
    const rows = this.#sql.all<{ id: string }>(
      'SELECT id FROM runs WHERE deleted IS NOT NULL AND pid IS NULL AND id IN (SELECT value FROM json_each(@runs))',
      { runs: JSON.stringify(runs) },
    );
    return rows.map(({ id }) => id);
  }

  #mark(runs: readonly string[], deleted: string | null): void {
    this.#sql.atomically(() => {
      for (const run of runs) {
        this.#sql.run('UPDATE runs SET deleted = @deleted WHERE id = @run', { run, deleted });
        if (deleted !== null) this.#sql.run('DELETE FROM queue WHERE run = @run', { run });
      }
    });
  }
}
