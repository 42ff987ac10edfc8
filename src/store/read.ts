/** Runs and their epochs as they are read from the database. */
import type { EpochMetrics } from '../shared/results.ts';
import { epochOf, runColumns, runOf, type EpochRow, type MeasurementRow, type RunRow } from './rows.ts';
import type { Sql } from './sql.ts';
import type { StoredRun } from './types.ts';

export function findRun(sql: Sql, id: string): StoredRun | null {
  const row = sql.get(`SELECT ${runColumns} FROM runs WHERE id = ?`, id) as RunRow | undefined;
  return row ? runOf(row) : null;
}

/** Those from number `first` on, in order. */
export function readEpochs(sql: Sql, run: string, first = 0): EpochMetrics[] {
  const layers = sql.all<MeasurementRow>(
    'SELECT epoch, kind, data FROM layer_measurements WHERE run = @run AND epoch >= @first ORDER BY epoch, kind, position',
    { run, first },
  );
  const byEpoch = Map.groupBy(layers, (layer) => layer.epoch);
  return sql
    .all<EpochRow>('SELECT epoch, metrics FROM epochs WHERE run = @run AND epoch >= @first ORDER BY epoch', { run, first })
    .map((row) => epochOf(run, row, byEpoch.get(row.epoch) ?? []));
}
