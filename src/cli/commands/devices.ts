/** `capscope devices`: every engine, what it computes on, whether it works, and how fast it is. */
import type { Command } from 'commander';
import { chooseEngine, objection, type EngineReport } from '../../shared/engines.ts';
import { enginesHere } from '../engines.ts';
import { count } from '../../shared/present/format.ts';
import { integerBetween, jsonOption, print, printJson } from '../options.ts';
import { table } from '../table.ts';

export function addDevices(program: Command): void {
  program
    .command('devices')
    .description('list every engine: what it computes on, whether it works, how fast it is, which one is chosen')
    .option('--threads <n>', 'threads of the engines on the processor', integerBetween(1, 256))
    .addOption(jsonOption())
    .action(async ({ threads, json = false }: { threads?: number; json?: boolean }) => {
      const engines = await enginesHere(threads ?? null).measure((report) => {
        if (!json) process.stderr.write(`${report.name}: ${report.unavailable ?? 'measured'}\n`);
      });
      const chosen = chooseEngine(engines);
      if (json) printJson({ engines, chosen });
      else print(`${tableOf(engines)}\n\nWithout --engine: ${chosen.name}, because ${chosen.reason}.`);
    });
}

function tableOf(reports: EngineReport[]): string {
  const columns = [
    { head: 'engine' },
    { head: 'device' },
    { head: 'kind' },
    { head: 'images/s', align: 'right' } as const,
    { head: 'remarks' },
  ];
  return table(
    columns,
    reports.map((report) => {
      const { name, device, imagesPerSecond, description, unavailable } = report;
      if (!device) return [name, '-', '-', '-', `does not work: ${unavailable ?? ''}`];
      const problem = objection(report);
      const speed = imagesPerSecond === null ? '-' : count(imagesPerSecond);
      return [
        name,
        device.name,
        device.kind,
        speed,
        [description ?? '', problem ? `only when asked for: ${problem}` : ''].filter(Boolean).join('; '),
      ];
    }),
  );
}
