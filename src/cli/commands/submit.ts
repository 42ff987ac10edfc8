/** `capscope submit <folder> --slurm` and `cancel`: units given to a batch system, and taken back. */
import { Option, type Command } from 'commander';
import { Bundle } from '../../scale/bundle.ts';
import { cancelAnywhere, submitAnywhere } from '../../scale/elsewhere.ts';
import { packNode } from '../../scale/pack-node.ts';
import { usualFolder, usualNode } from '../../scale/remote.ts';
import type { SlurmOptions } from '../../scale/slurm/submit.ts';
import { InputError } from '../../shared/input-error.ts';
import { bytes, count } from '../../shared/present/format.ts';
import { integerBetween, jsonOption, print, printJson } from '../options.ts';

type Options = SlurmOptions & {
  slurm?: boolean;
  host?: string;
  node: string;
  folder?: string;
  ssh?: string[];
  json?: boolean;
};

export function addSubmit(program: Command): void {
  const slurm = program
    .command('submit')
    .description('give the units of a planned study that nobody is at to a batch system')
    .argument('<folder>', 'planned study, where the nodes see it')
    .option('--slurm', 'to Slurm, as an array of tasks');
  for (const option of slurmOptions()) slurm.addOption(option);
  for (const option of hostOptions()) slurm.addOption(option);
  slurm
    .addOption(jsonOption())
    .action(async (folder: string, { slurm: toSlurm = false, host, node, folder: there, ssh = [], json = false, ...options }: Options) => {
      if (!toSlurm) throw new InputError('submit to what? Expected --slurm');
      const bundle = new Bundle(folder);
      const place = host === undefined ? null : { host, node, folder: there ?? usualFolder(bundle.facts.study.id), ssh };
      const submitted = await submitAnywhere(bundle, options, place);
      if (json) printJson(submitted);
      else if (submitted.job === null) print('Nothing to submit: every unit is done, at work or queued. Failed ones are with --failed.');
      else
        print(`Job ${submitted.job}: ${count(submitted.units)} units in ${count(submitted.tasks)} tasks. Next: capscope status ${folder}`);
    });
  program
    .command('cancel')
    .description('cancel what has been submitted; what is at work is saved')
    .argument('<folder>', 'planned study')
    .action(async (folder: string) => print(await cancelAnywhere(new Bundle(folder))));
  program
    .command('pack-node')
    .description('make the one folder that another computer needs to do units')
    .argument('<folder>', 'new folder')
    .action((folder: string) => {
      const size = packNode(folder);
      print(`${folder}: ${bytes(size)}. Bring it to the other computer: rsync -a ${folder}/ <user@login>:${usualNode}/`);
    });
}

function hostOptions(): Option[] {
  return [
    new Option('--host <user@login>', 'on another computer, reached by ssh; the study is brought there'),
    new Option('--node <folder>', 'where the folder of pack-node is there').default(usualNode),
    new Option('--folder <folder>', 'where the study goes there; by default into .capscope/studies'),
    new Option('--ssh <options>', 'further options of ssh; may be given several times').argParser(
      (text: string, before: string[] | undefined) => [...(before ?? []), ...text.split(/\s+/)],
    ),
  ];
}

/** As Slurm names them, where it has them. */
function slurmOptions(): Option[] {
  const number = (flags: string, description: string, most = 1e6) => new Option(flags, description).argParser(integerBetween(1, most));
  return [
    new Option('--partition <name>', 'partition of the cluster'),
    new Option('--account <name>', 'account to be charged'),
    new Option('--time <limit>', 'time limit of a task; it is saved before and queued again'),
    new Option('--mem <size>', 'memory of a task'),
    number('--cpus <n>', 'processors of a task', 256),
    new Option('--gpus <n>', 'graphics cards of a task, or type:n'),
    new Option('--constraint <features>', 'kind of node: all units on one kind, so that all round alike'),
    number('--at-once <n>', 'tasks at once, at most'),
    number('--pack <n>', 'units of a task, one after another'),
    new Option('--sbatch <options>', 'further options of sbatch; may be given several times').argParser(
      (text: string, before: string[] | undefined) => [...(before ?? []), text],
    ),
    new Option('--requeues <n>', 'how often an interrupted task is queued again, at most').argParser(integerBetween(0, 1000)),
    new Option('--failed', 'units that have failed, too'),
  ];
}
