/** Reads what can be read of a database whose pages are damaged in places. */
import type Database from 'better-sqlite3';
import { isDamage } from '../damage.ts';

export type Row = Record<string, unknown>;

export interface Salvaged {
  rows: Row[];
  /** Whether there was something that could not be read. */
  broken: boolean;
}

/** Rows of a page that cannot be read are stepped over one by one, as many as a page may have; then in growing steps. */
const perPage = 500;
const farthest = 2 ** 40;

export class Salvage {
  readonly #database: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();

  constructor(database: Database.Database) {
    this.#database = database;
    database.pragma('cell_size_check = ON');
  }

  /** Those that this condition selects, by a key that is a whole number. */
  byNumber(table: string, key: string, where = 'TRUE', values: Row = {}): Salvaged {
    const rows: Row[] = [];
    const query = `SELECT ${key} AS salvage_key, * FROM ${table} WHERE ${where} AND ${key} > @after ORDER BY ${key}`;
    let after = -1;
    let failures = 0;
    for (let step = 1; step < farthest; after += step) {
      try {
        for (const { salvage_key: at, ...row } of this.#iterate(query, { ...values, after })) {
          // A page of rubbish may look like one that says anything.
          if (typeof at !== 'number' || at <= after) return { rows, broken: true };
          rows.push(row);
          after = at;
        }
        return { rows, broken: failures > 0 };
      } catch (error) {
        if (!isDamage(error)) throw error;
        if (++failures > perPage) step *= 2;
      }
    }
    return { rows, broken: true };
  }

  /** Those that this condition selects, from both ends of an order; `edges` are the last ones before what could not be read. */
  fromEnds(table: string, order: readonly string[], where = 'TRUE', values: Row = {}): Salvaged & { edges: Row[] } {
    const found = new Map<string, Row>();
    const edges: Row[] = [];
    let broken = false;
    for (const direction of ['ASC', 'DESC']) {
      let last: Row | undefined;
      try {
        const by = order.map((column) => `${column} ${direction}`).join(', ');
        for (const row of this.#iterate(`SELECT * FROM ${table} WHERE ${where} ORDER BY ${by}`, values))
          found.set(JSON.stringify(order.map((column) => row[column])), (last = row));
      } catch (error) {
        if (!isDamage(error)) throw error;
        broken = true;
        if (last) edges.push(last);
      }
    }
    return { rows: [...found.values()], broken, edges };
  }

  /** Values of one column, read by an index or however SQLite likes. */
  values(table: string, column: string): Set<unknown> {
    const found = new Set<unknown>();
    for (const direction of ['ASC', 'DESC']) {
      try {
        for (const { value } of this.#iterate(`SELECT ${column} AS value FROM ${table} ORDER BY ${column} ${direction}`)) found.add(value);
      } catch (error) {
        if (!isDamage(error)) throw error;
      }
    }
    return found;
  }

  #iterate(query: string, values: Row = {}): Iterable<Row> {
    let statement = this.#statements.get(query);
    if (!statement) this.#statements.set(query, (statement = this.#database.prepare(query)));
    return statement.iterate(values) as Iterable<Row>;
  }
}
