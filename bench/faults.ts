/**
 * `npm run bench:faults`: attacks that are repeated from a seed. Studies, servers and trainers are killed, disks filled, databases
 * held and servers sent nonsense; counted is what was lost by it.
 */
import { Command, Option } from 'commander';
import { join } from 'node:path';
import { integerBetween, jsonOption, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import { randomStream } from '../src/shared/random.ts';
import { lackOfSmallDisk } from '../test/small-disk.ts';
import { sendNonsense } from './faults/nonsense.ts';
import type { Campaign } from './faults/campaign.ts';
import { killServersAndTrainers } from './faults/servers.ts';
import { fillDisk, holdDatabases, killStudies } from './faults/studies.ts';
import { killStudyUnits } from './faults/units.ts';
import { machine, machineLine, progress, withFolder } from './program.ts';

interface Options {
  seed: number;
  kills: number;
  faults: number;
  calls: number;
  json?: true;
}

async function main({ seed, kills, faults, calls, json }: Options): Promise<void> {
  const campaigns: Campaign[] = [];
  const run = async (what: string, attack: (random: ReturnType<typeof randomStream>, folder: string) => Promise<Campaign>) => {
    progress(what);
    campaigns.push(await withFolder((folder) => attack(randomStream(seed, what), folder)));
  };
  await run('a study is killed', (random, folder) => killStudies(random, folder, kills));
  await run('a server or its trainer is killed', (random, folder) => killServersAndTrainers(random, join(folder, 'capscope.db'), kills));
  await run('units of a study are killed', (random, folder) => killStudyUnits(random, folder, kills));
  if (lackOfSmallDisk === null) await run('the disk is full', (random, folder) => fillDisk(random, folder, faults));
  else progress(`Without full disks: ${lackOfSmallDisk}`);
  await run('another program holds the database', (random, folder) => holdDatabases(random, folder, faults));
  await run('a server is sent nonsense', (random, folder) => sendNonsense(random, join(folder, 'capscope.db'), calls));
  if (json) {
    printJson({ machine: machine(null), seed, campaigns });
    return;
  }
  const number = { align: 'right' as const };
  print(`${machineLine(machine(null))}; seed ${seed}\n`);
  print(
    table(
      [
        { head: 'what is done' },
        { head: 'times', ...number },
        { head: 'epochs kept', ...number },
        { head: 'epochs lost', ...number },
        { head: 'databases damaged', ...number },
        { head: 'crashes', ...number },
      ],
      campaigns.map(({ what, times, kept, lost, damaged, crashes }) => [
        what,
        ...[times, kept, lost, damaged, crashes].map((value) => (value === null ? '-' : value.toLocaleString('en-US'))),
      ]),
    ),
  );
}

await new Command('bench:faults')
  .description('repeat kills and faults, and count what is lost by them')
  .addOption(new Option('--seed <n>', 'of everything that is left to chance').argParser(integerBetween(0, 0xffff_ffff)).default(1))
  .addOption(new Option('--kills <n>', 'of each kind').argParser(integerBetween(1, 10_000)).default(50))
  .addOption(
    new Option('--faults <n>', 'times that the disk is filled, and the database held').argParser(integerBetween(1, 1000)).default(10),
  )
  .addOption(
    new Option('--calls <n>', 'calls, and a tenth as many broken frames').argParser(integerBetween(100, 1_000_000)).default(20_000),
  )
  .addOption(jsonOption())
  .action(main)
  .parseAsync();
