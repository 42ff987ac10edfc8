/** What tells which runs are twins, as a column: the list of runs finds them without reading what they were trained with. */
import type Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { RunSpec } from '../shared/spec/run.ts';
import { twinKey } from '../shared/twins.ts';

/** @param lineage the specs of the run at the root, of everything between, and of the run itself. */
export function storedTwinKey(dataset: string, lineage: readonly RunSpec[]): string {
  return createHash('sha256').update(twinKey({ dataset, lineage })).digest('hex').slice(0, 24);
}

interface Row {
  id: string;
  parent: string | null;
  dataset: string;
  spec: string;
}

/** Gives every run its key. A run that cannot be read, or goes back to one that cannot, is no one's twin. */
export function giveTwinKeys(database: Database.Database): void {
  const rows = database.prepare('SELECT id, parent, dataset, spec FROM runs').all() as Row[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lineage = ({ parent, spec }: Row): RunSpec[] => [
    ...(parent === null ? [] : lineage(byId.get(parent)!)),
    RunSpec.parse(JSON.parse(spec)),
  ];
  const update = database.prepare('UPDATE runs SET twin_key = ? WHERE id = ?');
  for (const row of rows) {
    try {
      update.run(storedTwinKey(row.dataset, lineage(row)), row.id);
    } catch {
      continue;
    }
  }
}
