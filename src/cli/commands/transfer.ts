/** `capscope export <id> <file>` and `capscope import <file>`: a run as one file. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { exportRun, importRun } from '../../store/archive.ts';
import { oneLine } from '../../shared/one-line.ts';
import { Store } from '../../store/store.ts';
import { databaseCommand, jsonOption, print, printJson, withExistingStore } from '../options.ts';
import { ReadingProgress } from '../reading-progress.ts';

export function addExport(program: Command): void {
  databaseCommand(program, 'export', 'write a finished run, with those it was cut from, to one file')
    .argument('<id>', 'id of the run, or its first characters')
    .argument('<file>', 'file to write')
    .addOption(jsonOption())
    .action((prefix: string, file: string, { db, json }: { db: string; json?: true }) =>
      withExistingStore(db, (store) => {
        const run = store.runByPrefix(prefix);
        const path = resolve(file);
        exportRun(store, run, path);
        if (json) printJson({ id: run.id, file: path });
        else print(`Run ${run.id} (${oneLine(run.name)}) is now also in ${oneLine(path)}.`);
      }),
    );
}

export function addImport(program: Command): void {
  databaseCommand(program, 'import', 'add a run from a file that export wrote')
    .argument('<file>', 'file to read')
    .addOption(jsonOption())
    .action(async (file: string, { db, json }: { db: string; json?: true }) => {
      const store = new Store(db);
      const progress = new ReadingProgress(process.stderr);
      try {
        const imported = await importRun(store, file, (at) => progress.report(at)).finally(() => progress.end());
        if (json) printJson(imported);
        else print(imported.added ? `Run ${imported.id} added.` : `Run ${imported.id} is already there; nothing was changed.`);
      } finally {
        store.close();
      }
    });
}
