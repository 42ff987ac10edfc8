/** Epochs as they are read from the database. */
import type { EpochMetrics } from '../shared/results.ts';
import { epochOf, type EpochRow, type MeasurementRow } from './rows.ts';
import type { Sql } from './sql.ts';

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
