/** `capscope compare <id> <id>…`: runs side by side, each against the first. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { InputError } from '../../shared/input-error.ts';
import type { RunRecord } from '../../shared/results.ts';
import { writeDurably } from '../../store/disk.ts';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { reportHtml } from '../../workbench/report.ts';
import { comparedWithFirst, comparisonTable } from '../comparison.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';

interface Options {
  db: string;
  html?: string;
  json?: true;
}

export function addCompare(program: Command): void {
  databaseCommand(program, 'compare', 'compare runs with the first of them')
    .argument('<ids...>', 'ids of two or more runs, or their first characters')
    .option('--html <file>', 'write a report of these runs')
    .addOption(jsonOption())
    .action((prefixes: string[], { db, html, json }: Options) =>
      withExistingStore(db, (store) => {
        const runs = prefixes.map((prefix) => store.runByPrefix(prefix));
        if (runs.length < 2) throw new InputError('compare needs at least two runs');
        if (new Set(runs.map(({ id }) => id)).size < runs.length)
          throw new InputError('compare needs different runs, but one is named twice');
        const records = runs.map((run) => testedRecord(store, run));
        const report = html === undefined ? null : resolve(html);
        if (report !== null) writeDurably(report, reportHtml(store, { title: 'Comparison', runs, settings: null }));
        if (json) printJson({ runs: records, report });
        else print(comparisonTable(comparedWithFirst(labelled(records))) + (report === null ? '' : `\n\nReport: ${report}`));
      }),
    );
}

function testedRecord(store: Store, run: StoredRun): RunRecord {
  const record = recordOf(store, run);
  if (!record)
    throw new InputError(`run ${run.id} (${run.name}) is ${run.status} and has not been tested yet, so there is nothing to compare`);
  return record;
}

/** Runs of different studies often have the same name. */
function labelled(records: RunRecord[]): RunRecord[] {
  return records.map((record) => ({ ...record, name: `${record.id} ${record.name}` }));
}
