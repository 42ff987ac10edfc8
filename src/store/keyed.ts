/** Small values by key, as JSON: settings, and what views remember. */
import type { z } from 'zod';
import { fromJson, toJson } from './json.ts';
import type { Sql } from './sql.ts';

export class KeyedValues {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Null when nothing is stored under the key. Throws an InputError when it cannot be read. */
  get<T>(key: string, schema: z.ZodType<T>): T | null {
    const row = this.#sql.get('SELECT value FROM keyed WHERE key = ?', key) as { value: string } | undefined;
    return row ? fromJson(schema, row.value, `what is kept as "${key}"`) : null;
  }

  set(key: string, value: unknown): void {
    this.#sql.run('INSERT INTO keyed (key, value) VALUES (@key, @value) ON CONFLICT (key) DO UPDATE SET value = @value', {
      key,
      value: toJson(value),
    });
  }
}
