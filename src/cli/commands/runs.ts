/** `capscope runs`: every stored run, a line each. */
import type { Command } from 'commander';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import { integer, minute, percent } from '../format.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { table } from '../table.ts';

export function addRuns(program: Command): void {
  databaseCommand(program, 'runs', 'list all runs')
    .addOption(jsonOption())
    .action(({ db, json }: { db: string; json?: true }) =>
      withExistingStore(db, (store) => {
        const runs = store.runs().map((run) => summary(store, run));
        if (json) printJson({ runs });
        else print(runs.length === 0 ? 'No runs yet.' : runTable(runs));
      }),
    );
}

/** What is measured is null for a run that has not been tested yet. */
export type RunSummary = ReturnType<typeof summary>;

function summary(store: Store, run: ReturnType<Store['run']>) {
  const record = recordOf(store, run);
  return {
    id: run.id,
    study: run.study === null ? null : store.study(run.study).name,
    name: run.name,
    role: run.role,
    parent: run.parent,
    status: run.status,
    dataset: store.dataset(run.dataset).name,
    seed: run.spec.seed,
    params: run.params,
    epochs: record?.epochs ?? 0,
    accuracy: record?.accuracy ?? null,
    inactive: record ? { total: record.inactive.total, of: record.inactive.of } : null,
    created: run.created,
  };
}

function runTable(runs: RunSummary[]): string {
  return table(
    [
      { head: 'id' },
      { head: 'study' },
      { head: 'run' },
      { head: 'status' },
      { head: 'data' },
      { head: 'params', align: 'right' },
      { head: 'epochs', align: 'right' },
      { head: 'test acc', align: 'right' },
      { head: 'inactive', align: 'right' },
      { head: 'created (UTC)' },
    ],
    runs.map((run) => [
      run.id,
      run.study ?? '(imported)',
      run.name,
      run.status,
      run.dataset,
      integer(run.params),
      String(run.epochs),
      run.accuracy === null ? '' : percent(run.accuracy),
      run.inactive === null ? '' : `${run.inactive.total} / ${run.inactive.of}`,
      minute(run.created),
    ]),
  );
}
