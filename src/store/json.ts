/** Values as JSON in the database: written so that nothing gets lost, read again by their schemas. */
import type { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { storedIssue } from '../shared/issues.ts';

/** JSON knows no NaN or Infinity and would write null for them without a word. Throws a RangeError instead. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === 'number' && !Number.isFinite(item)) throw new RangeError(`"${key}" is ${item}; only finite numbers can be stored`);
    return item;
  });
}

/** Fields that came later get their defaults. Throws an InputError that begins with `what`, e.g. "spec of run 7rkr2t5g". */
export function fromJson<T>(schema: z.ZodType<T>, text: string, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(`${what} cannot be read: it is not JSON`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InputError(`${what} cannot be read: ${storedIssue(parsed.error)}`, { cause: parsed.error });
  return parsed.data;
}

/** What hears of a row that is left out of a list, as a sentence. */
export type OnUnreadable = (problem: string) => void;

/** So that one row that cannot be read does not keep all others from being seen. */
export function readable<Row, T>(rows: readonly Row[], read: (row: Row) => T, onUnreadable: OnUnreadable): T[] {
  return rows.flatMap((row) => {
    try {
      return [read(row)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      onUnreadable(error.message);
      return [];
    }
  });
}
