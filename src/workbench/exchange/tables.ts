/** Runs and studies as tables, with their data dictionary. */
import { runTable, tidyTable, type TableRun } from '../../exchange/tables/runs.ts';
import { csvOf, dictionaryOf, parquetOf } from '../../exchange/tables/table.ts';
import { InputError } from '../../shared/input-error.ts';
import { armNames, armOf } from '../../shared/spec/arms.ts';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';

export type TableFormat = 'csv' | 'parquet';

function tableRun(store: Store, run: StoredRun): TableRun {
  const measured = recordOf(store, run);
  return {
    ...run,
    study: run.study === null ? null : store.studies.get(run.study).name,
    arm: armNames[armOf(run)],
    twin: measured?.twin ?? null,
    dataset: store.dataset(run.dataset).name,
    measured,
  };
}

/** Epochs are read run by run. */
function* withEpochs(store: Store, runs: readonly StoredRun[]) {
  for (const run of runs) yield { run: tableRun(store, run), epochs: store.results.epochs(run.id) };
}

/** @param tidy a row per run, epoch, measure and layer instead of one per run, and none of a run that is yet to be tested. */
export function runsAsTable(
  store: Store,
  runs: readonly StoredRun[],
  { format, tidy }: { format: TableFormat; tidy: boolean },
): { table: Uint8Array; dictionary: Uint8Array; rows: number; untested: StoredRun[] } {
  if (runs.length === 0) throw new InputError('there are no runs to make a table of');
  const table = tidy ? tidyTable(withEpochs(store, runs)) : runTable(runs.map((run) => tableRun(store, run)));
  const encode = (text: string) => new TextEncoder().encode(text);
  return {
    table: format === 'csv' ? encode(csvOf(table)) : parquetOf(table),
    dictionary: encode(dictionaryOf(table)),
    rows: table.rows,
    untested: runs.filter((run) => !recordOf(store, run)),
  };
}
