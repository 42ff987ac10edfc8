/** A database with its prepared statements, cached by their text. */
import type Database from 'better-sqlite3';
import { asDamage } from './damage.ts';
import { faultOf, Unavailable } from './unavailable.ts';

export class Sql {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Number of rows changed. */
  run(sql: string, values: object = {}): number {
    return this.#try(() => this.#statement(sql).run(values).changes);
  }

  /** The first row. */
  get(sql: string, values: object | string = {}): unknown {
    return this.#try(() => this.#statement(sql).get(values));
  }

  all<T>(sql: string, values: object = {}): T[] {
    return this.#try(() => this.#statement(sql).all(values) as T[]);
  }

  /** Runs several statements as one transaction. */
  atomically<T>(work: () => T): T {
    return this.#try(() => this.#database.transaction(work).immediate());
  }

  /** @param milliseconds for which a write waits, and with it the process, while another program writes. */
  waitAtMost(milliseconds: number): void {
    this.#database.pragma(`busy_timeout = ${milliseconds}`);
  }

  close(): void {
    this.#database.close();
  }

  /** Throws Unavailable for a fault that passes, and an InputError where pages are damaged. */
  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const fault = faultOf(error, this.#database.name);
      throw fault === null ? asDamage(error, this.#database.name) : new Unavailable(fault, error);
    }
  }

  #statement(sql: string): Database.Statement {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}
