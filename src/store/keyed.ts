/** Small values by key, as JSON: settings, and what views remember. */
import type { Sql } from './sql.ts';
import { toJson } from './rows.ts';

export class KeyedValues {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Null when nothing is stored under the key. */
  get(key: string): unknown {
    const row = this.#sql.get('SELECT value FROM keyed WHERE key = ?', key) as { value: string } | undefined;
    return row ? (JSON.parse(row.value) as unknown) : null;
  }

  set(key: string, value: unknown): void {
    this.#sql.run('INSERT INTO keyed (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = @value', {
      key,
      value: toJson(value),
    });
  }
}
