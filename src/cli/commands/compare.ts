/** `capscope compare <id> <id>…`: runs side by side, each against its own twin. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { mixedKinds } from '../../shared/computed-on.ts';
import { InputError } from '../../shared/input-error.ts';
import type { RunRecord } from '../../shared/results.ts';
import { writeDurably } from '../../store/disk.ts';
import { recordOf } from '../../store/records.ts';
import type { Store } from '../../store/store.ts';
import type { StoredRun } from '../../store/types.ts';
import { reportPage } from '../../workbench/node-host.ts';
import { resultsOf } from '../../workbench/outcomes.ts';
import { reportHtml } from '../../workbench/report.ts';
import { armTable, conclusionText } from '../arm-table.ts';
import { wrapped } from '../table.ts';
import { compared, comparisonTable } from '../comparison.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { mustNotReplace } from '../output-path.ts';

interface Options {
  db: string;
  against?: string;
  html?: string;
  json?: true;
}

export function addCompare(program: Command): void {
  databaseCommand(program, 'compare', 'compare runs, each with its own unpruned twin')
    .argument('<ids...>', 'ids of two or more runs, or their first characters')
    .option('--against <id>', 'compare all of them with this one instead')
    .option('--html <file>', 'write a report of these runs')
    .addOption(jsonOption())
    .action((prefixes: string[], { db, against, html, json }: Options) =>
      withExistingStore(db, async (store) => {
        if (html !== undefined) mustNotReplace(html, { db });
        const runs = prefixes.map((prefix) => store.runByPrefix(prefix));
        if (runs.length < 2) throw new InputError('compare needs at least two runs');
        if (new Set(runs.map(({ id }) => id)).size < runs.length)
          throw new InputError('compare needs different runs, but one is named twice');
        const baseline = against === undefined ? null : store.runByPrefix(against);
        const records = runs.map((run) => testedRecord(store, run));
        const report = html === undefined ? null : resolve(html);
        if (report !== null) writeDurably(report, reportHtml(store, await reportPage(), { title: 'Comparison', runs, settings: null }));
        const { statistics, conclusion, kinds } = resultsOf(store, runs);
        const { arms, controls, pooled } = statistics;
        if (json)
          printJson({ runs: records, statistics: arms, controls, pooled, conclusion: conclusion.map(({ text }) => text), kinds, report });
        else {
          const mixed = mixedKinds(kinds);
          const parts = [
            comparison(labelled(records), baseline && baselineAmong(records, baseline)),
            ...(arms.some(({ n }) => n > 1) ? [armTable(statistics)] : []),
            ...(conclusion.length > 0 ? [conclusionText(conclusion)] : []),
            ...(mixed === null ? [] : [wrapped(mixed)]),
            ...(report === null ? [] : [`Report: ${report}`]),
          ];
          print(parts.join('\n\n'));
        }
      }),
    );
}

function testedRecord(store: Store, run: StoredRun): RunRecord {
  const record = recordOf(store, run);
  if (!record)
    throw new InputError(`run ${run.id} (${run.name}) is ${run.status} and has not been tested yet, so there is nothing to compare`);
  return record;
}

function baselineAmong(records: RunRecord[], { id, name }: StoredRun): string {
  if (records.some((record) => record.id === id)) return id;
  throw new InputError(`run ${id} (${name}) is to be compared with, but is not among the runs; name it with them`);
}

function comparison(records: RunRecord[], against: string | null): string {
  const rows = compared(records, records.find(({ id }) => id === against) ?? null);
  const table = comparisonTable(rows);
  if (rows.some(({ baseline }) => baseline !== null)) return table;
  return `${table}\n\nNo run has its own twin among these. "--against <id>" shows the differences to one of them.`;
}

/** Runs of different studies often have the same name. */
function labelled(records: RunRecord[]): RunRecord[] {
  return records.map((record) => ({ ...record, name: `${record.id} ${record.name}` }));
}
