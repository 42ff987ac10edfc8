/** The stored runs, as the window lists them. */
import { existsSync } from 'node:fs';
import type { RunList } from '../shared/contract.ts';
import { recordOf } from '../store/records.ts';
import { Store } from '../store/store.ts';

/** A database that does not exist yet is not made: it has no runs. Throws an InputError for a file that is no database of ours. */
export function listRuns(database: string): RunList {
  if (!existsSync(database)) return { database, runs: [] };
  const store = new Store(database);
  try {
    const runs = store.runs().map((run) => {
      const record = recordOf(store, run);
      return {
        id: run.id,
        study: run.study === null ? null : store.study(run.study).name,
        name: run.name,
        status: run.status,
        dataset: store.dataset(run.dataset).name,
        params: run.params,
        epochs: record?.epochs ?? 0,
        accuracy: record?.accuracy ?? null,
        inactive: record ? { total: record.inactive.total, of: record.inactive.of } : null,
        created: run.created,
      };
    });
    return { database, runs };
  } finally {
    store.close();
  }
}
