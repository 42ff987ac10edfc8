/** `capscope plan`, `unit`, `status` and `collect`: a study in pieces that can be done anywhere. */
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { Bundle } from '../../scale/bundle.ts';
import { collect } from '../../scale/collect.ts';
import { planBundle } from '../../scale/plan.ts';
import { statusOf } from '../../scale/status.ts';
import { doUnit, type UnitOutcome } from '../../scale/unit.ts';
import { oneLine } from '../../shared/one-line.ts';
import { count } from '../../shared/present/format.ts';
import { defaultDatabasePath } from '../../store/location.ts';
import { Store } from '../../store/store.ts';
import { checkStudy } from '../../workbench/open-study.ts';
import { loadData } from '../data-of-study.ts';
import { checkEngine, decideEngine, engineOption, type AskedEngine } from '../engines.ts';
import { databaseCommand, dataOption, integerBetween, jsonOption, print, printJson } from '../options.ts';
import { presets, readStudy } from '../study-file.ts';
import { statusLines } from '../unit-status.ts';

interface PlanOptions {
  data?: string[];
  skipBad?: boolean;
  engine: AskedEngine;
  threads: number;
  seed?: number;
  json?: boolean;
}

/** EX_TEMPFAIL: whoever started it may start it again, and it goes on. */
export const unitExitCodes = { finished: 0, failed: 1, interrupted: 75 } as const satisfies Record<UnitOutcome, number>;

const say = (line: string): void => void process.stderr.write(`${oneLine(line)}\n`);

export function addUnits(program: Command, exit: (code: number) => void): void {
  program
    .command('plan')
    .description('write a study as a folder of units, which can be done anywhere')
    .argument('<study>', `study file, or a preset: ${presets().join(', ')}`)
    .argument('<folder>', 'new folder')
    .addOption(dataOption())
    .option('--skip-bad', 'go on without the images that cannot be read')
    .addOption(engineOption())
    .option(
      '--threads <n>',
      'threads that the numbers are to be those of, whatever a unit gets',
      integerBetween(1, 256),
      availableParallelism(),
    )
    .option('--seed <n>', "one seed, instead of the study's", integerBetween(0, 0xffff_ffff))
    .addOption(jsonOption())
    .action(plan);
  program
    .command('unit')
    .description('do one unit of a planned study, or go on with it')
    .argument('<folder>', 'planned study')
    .argument('<unit>', 'its number, from 0', integerBetween(0, 1e9))
    .option('--threads <n>', 'threads of the engine', integerBetween(1, 256), threadsHere())
    .action(async (folder: string, unit: number, { threads }: { threads: number }) => {
      exit(unitExitCodes[await doOne(new Bundle(folder), unit, threads)]);
    });
  program
    .command('status')
    .description('how far the units of a planned study are')
    .argument('<folder>', 'planned study')
    .addOption(jsonOption())
    .action((folder: string, { json = false }: { json?: boolean }) => {
      const units = statusOf(new Bundle(folder));
      if (json) printJson({ units: units.map(({ i, state, tries, runs, problem }) => ({ i, state, tries, runs, problem })) });
      else print(statusLines(units));
    });
  databaseCommand(program, 'collect', 'add what units have computed to the database of runs')
    .argument('<folder>', 'planned study')
    .addOption(jsonOption())
    .action((folder: string, { db, json = false }: { db: string; json?: boolean }) => {
      const bundle = new Bundle(folder);
      const store = new Store(db);
      try {
        const collected = collect(bundle, store, { say });
        if (json) printJson(collected);
        else print(collectedText(collected, store.path));
      } finally {
        store.close();
      }
    });
}

async function plan(
  study: string,
  folder: string,
  { data, skipBad, engine: asked, threads, seed, json = false }: PlanOptions,
): Promise<void> {
  const file = readStudy(study, seed);
  const { dataset, images } = await loadData(file, { data, skipBad, db: defaultDatabasePath(), json });
  checkStudy(file.plan, dataset);
  const engine = await decideEngine(asked, threads);
  await checkEngine(asked, threads);
  const counts = await planBundle(folder, { spec: file.spec, dataset, images, engine: engine.name, hands: threads });
  if (json) printJson(counts);
  else
    print(
      `${count(counts.units)} units with ${count(counts.runs)} runs in ${folder}. Next: capscope unit ${folder} <0 to ${counts.units - 1}>`,
    );
}

/** What the batch system gives a task, else all there are. */
function threadsHere(): number {
  const given = Number(process.env['SLURM_CPUS_PER_TASK']);
  return Number.isInteger(given) && given > 0 ? given : availableParallelism();
}

/** USR1 is what batch systems send some time before the end. */
const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;

async function doOne(bundle: Bundle, unit: number, threads: number): Promise<UnitOutcome> {
  let stop: (() => void) | null = null;
  let asked = false;
  const handle = (signal: NodeJS.Signals): void => {
    // The second Ctrl-C ends the process at once; a batch system's signals may come twice.
    if (asked && signal === 'SIGINT') process.exit(unitExitCodes.interrupted);
    if (!asked) say(`Unit ${unit} is saved at its next step.`);
    asked = true;
    stop?.();
  };
  for (const signal of signals) process.on(signal, handle);
  try {
    const outcome = await doUnit(bundle, unit, {
      threads,
      job: jobName(),
      say,
      onStart: (stopUnit) => {
        stop = stopUnit;
        if (asked) stopUnit();
      },
    });
    say(`Unit ${unit}: ${outcome}`);
    return outcome;
  } finally {
    for (const signal of signals) process.off(signal, handle);
  }
}

/** Name of this task in Slurm. */
function jobName(): string | null {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: job } = process.env;
  return array !== undefined && task !== undefined ? `${array}_${task}` : (job ?? null);
}

function collectedText({ added, known, failed, waiting }: ReturnType<typeof collect>, database: string): string {
  const parts = [
    `${count(added)} units added`,
    `${count(known)} known already`,
    `${count(failed)} failed`,
    `${count(waiting)} not done yet`,
  ];
  return `${parts.join(', ')}.\nRuns: ${database}`;
}
