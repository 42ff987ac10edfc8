/** `capscope runs`: every stored run, a line each. */
import type { Command } from 'commander';
import type { RunSummary } from '../../shared/contract/index.ts';
import { measuresIn } from '../../shared/measures/catalogue.ts';
import { minute, plain } from '../../shared/present/format.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { lowered, table } from '../table.ts';

export function addRuns(program: Command): void {
  databaseCommand(program, 'runs', 'list all runs')
    .addOption(jsonOption())
    .action(({ db, json }: { db: string; json?: true }) =>
      withExistingStore(db, (store) => {
        const leftOut = (problem: string) => process.stderr.write(`capscope: left out of the list: ${problem}\n`);
        const runs = store.summaries(undefined, leftOut);
        if (json) printJson({ runs: runs.map(listed) });
        else print(runs.length === 0 ? 'No runs yet.' : runTable(runs));
      }),
    );
}

/** As --json prints it. What is measured is null for a run that has not been tested yet. */
export type ListedRun = ReturnType<typeof listed>;

const listed = ({ id, study, name, role, parent, status, dataset, seed, params, epoch, accuracy, inactive, created }: RunSummary) => ({
  id,
  study: study?.name ?? null,
  name,
  role,
  parent,
  status,
  dataset: dataset.name,
  seed,
  params,
  epochs: epoch,
  accuracy,
  inactive,
  created,
});

function runTable(runs: RunSummary[]): string {
  const shown = measuresIn('list');
  return table(
    [
      { head: 'id' },
      { head: 'study' },
      { head: 'run' },
      { head: 'status' },
      { head: 'data' },
      { head: 'epochs', align: 'right' },
      ...shown.map(({ head }) => ({ head: lowered(head), align: 'right' as const })),
      { head: 'created' },
    ],
    runs.map((run) => [
      run.id,
      run.study?.name ?? '-',
      run.name,
      run.status,
      run.dataset.name,
      String(run.epoch),
      ...shown.map((measure) => plain(measure.print(run))),
      minute(run.created),
    ]),
  );
}
