/** `capscope import <file>`: a run from one file. */
import type { Command } from 'commander';
import { importRun } from '../../store/archive.ts';
import { Store } from '../../store/store.ts';
import { databaseCommand, jsonOption, print, printJson } from '../options.ts';
import { ReadingProgress } from '../reading-progress.ts';

export function addImport(program: Command): void {
  databaseCommand(program, 'import', 'add a run from an exported file')
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
