/** What an attack has cost, and how a database is looked at after one. */
import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { Store } from '../../src/store/store.ts';

export interface Campaign {
  what: string;
  /** Attacks. */
  times: number;
  /** Epochs that are stored at the end, and those that were said to be and are not; null where none are trained. */
  kept: number | null;
  lost: number | null;
  damaged: number;
  /** Processes that ended although nobody has ended them, and answers that were no sentence. */
  crashes: number;
}

export interface Looked {
  damaged: boolean;
  epochs: number;
  unfinished: number;
}

/** Opens the database, as whoever comes next, and reads everything that it names. */
export function look(path: string): Looked {
  if (!existsSync(path)) return { damaged: false, epochs: 0, unfinished: 0 };
  const database = new Database(path);
  try {
    if (database.pragma('integrity_check', { simple: true }) !== 'ok' || (database.pragma('foreign_key_check') as unknown[]).length > 0)
      return { damaged: true, epochs: 0, unfinished: 0 };
  } finally {
    database.close();
  }
  const store = new Store(path);
  try {
    const runs = store.runs();
    for (const { id } of runs) for (const file of store.files.of(id)) store.files.read(file);
    return {
      damaged: false,
      epochs: runs.reduce((sum, { id }) => sum + (store.results.epochSummary(id) ? store.results.epochAccuracies(id).length : 0), 0),
      unfinished: runs.filter(({ status }) => status !== 'finished').length,
    };
  } catch {
    return { damaged: true, epochs: 0, unfinished: 0 };
  } finally {
    store.close();
  }
}

export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
