/** Accuracy over epochs of many runs, as lists draw it beside their lines: thinned, and without reading what else was measured. */
import type { RunCurve } from '../shared/contract/index.ts';
import { bestEpoch, type EpochAccuracy } from '../shared/measures/measured.ts';
import type { Sql } from './sql.ts';

/** More would fall on the same pixels. */
const MOST_POINTS = 40;

interface Row extends EpochAccuracy {
  run: string;
}

const among = 'run IN (SELECT value FROM json_each(@ids))';

export function accuracyCurves(sql: Sql, ids: readonly string[]): RunCurve[] {
  const asked = { ids: JSON.stringify(ids) };
  const rows = sql.all<Row>(
    `SELECT run, epoch, accuracy AS test, NULL AS validation FROM epochs WHERE ${among} ORDER BY run, epoch`,
    asked,
  );
  // Only where images are held out: metrics are long, and there may be many.
  const heldOut = sql.all<Row>(
    `SELECT run, epoch, epochs.accuracy AS test, json_extract(metrics, '$.validation.accuracy') AS validation
     FROM epochs JOIN runs ON runs.id = run WHERE ${among} AND json_extract(spec, '$.training.validation') > 0 ORDER BY run, epoch`,
    asked,
  );
  const byRun = new Map([...Map.groupBy(rows, ({ run }) => run), ...Map.groupBy(heldOut, ({ run }) => run)]);
  return [...byRun].map(([run, epochs]) => ({ run, accuracy: thinned(epochs), best: bestEpoch(epochs) }));
}

/** With the first and the last. */
function thinned(epochs: readonly EpochAccuracy[]): number[] {
  const last = epochs.length - 1;
  if (last < MOST_POINTS) return epochs.map(({ test }) => test);
  return Array.from({ length: MOST_POINTS }, (_, i) => epochs[Math.round((i * last) / (MOST_POINTS - 1))]!.test);
}
