/** What SQLite says when pages of a database are damaged, as a sentence that says what can be done. */
import { InputError } from '../shared/input-error.ts';

/** Anything else is another trouble. */
export const isDamage = (error: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test((error as { code?: string }).code ?? '');

/** An InputError when the database is damaged, else the error itself. */
export const asDamage = (error: unknown, path: string): unknown =>
  isDamage(error)
    ? new InputError(
        `${path} is damaged: ${(error as Error).message}; "capscope rescue ${path} <new database>" copies what can still be read`,
        { cause: error },
      )
    : error;
