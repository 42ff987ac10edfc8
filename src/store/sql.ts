/** A database with its prepared statements, cached by their text. */
import type Database from 'better-sqlite3';

export class Sql {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Number of rows changed. */
  run(sql: string, values: object = {}): number {
    return this.#statement(sql).run(values).changes;
  }

  /** The first row. */
  get(sql: string, values: object | string = {}): unknown {
    return this.#statement(sql).get(values);
  }

  all<T>(sql: string, values: object = {}): T[] {
    return this.#statement(sql).all(values) as T[];
  }

  /** Runs several statements as one transaction. */
  atomically<T>(work: () => T): T {
    return this.#database.transaction(work).immediate();
  }

  close(): void {
    this.#database.close();
  }

  #statement(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}
