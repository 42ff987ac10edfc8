/** `capscope rescue <damaged> <new>`: a new database of what can be read of one whose pages are damaged. */
import type { Command } from 'commander';
import { resolve } from 'node:path';
import { oneLine } from '../../shared/one-line.ts';
import { rescue } from '../../store/rescue/rescue.ts';
import { jsonOption, print, printJson } from '../options.ts';

export function addRescue(program: Command): void {
  program
    .command('rescue')
    .description('copy what can be read of a damaged database to a new one, and say what is lost')
    .argument('<damaged>', 'database whose pages are damaged; it is not changed')
    .argument('<new>', 'database to write')
    .addOption(jsonOption())
    .action((damaged: string, target: string, { json }: { json?: true }) => {
      const { runs, lost } = rescue(damaged, target);
      if (json) printJson({ database: resolve(target), runs, lost });
      else
        print(
          [
            `${runs} ${runs === 1 ? 'run is' : 'runs are'} in ${oneLine(resolve(target))}.`,
            ...lost.map((one) => `Lost: ${oneLine(one)}`),
          ].join('\n'),
        );
    });
}
