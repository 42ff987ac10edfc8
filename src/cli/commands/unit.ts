/** `capscope unit <folder> <number>`: what a batch system starts. */
import type { Command } from 'commander';
import { availableParallelism } from 'node:os';
import { Bundle } from '../../scale/bundle.ts';
import { requeue } from '../../scale/slurm/requeue.ts';
import { doUnit, type UnitOutcome } from '../../scale/unit.ts';
import { oneLine } from '../../shared/one-line.ts';
import { integerBetween } from '../options.ts';

/** EX_TEMPFAIL: whoever started it may start it again, and it goes on. */
const exitCodes = { finished: 0, failed: 1, interrupted: 75 } as const satisfies Record<UnitOutcome, number>;

const say = (line: string): void => void process.stderr.write(`${oneLine(line)}\n`);

export function addUnit(program: Command, exit: (code: number) => void): void {
  program
    .command('unit')
    .description('do one unit of a planned study, or several one after another; go on with what has been begun')
    .argument('<folder>', 'planned study')
    .argument('<units...>', 'their numbers, from 0', (text: string, before: number[] | undefined) => [
      ...(before ?? []),
      integerBetween(0, 1e9)(text),
    ])
    .option('--threads <n>', 'threads of the engine', integerBetween(1, 256), threadsHere())
    .action(async (folder: string, units: number[], { threads }: { threads: number }) => {
      exit(exitCodes[await doAll(new Bundle(folder), units, threads)]);
    });
}

/** What the batch system gives a task, else all there are. */
function threadsHere(): number {
  const given = Number(process.env['SLURM_CPUS_PER_TASK']);
  return Number.isInteger(given) && given > 0 ? given : availableParallelism();
}

/** USR1 is what batch systems send some time before the end. */
const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1'] as const;

/** One after another, until one is interrupted. */
async function doAll(bundle: Bundle, units: readonly number[], threads: number): Promise<UnitOutcome> {
  for (const unit of units) bundle.mustHave(unit);
  let all: UnitOutcome = 'finished';
  for (const unit of units) {
    const outcome = await doOne(bundle, unit, threads);
    if (outcome === 'failed') all = outcome;
    if (outcome !== 'interrupted') continue;
    const done = await requeue();
    if (done !== null) say(done);
    return outcome;
  }
  return all;
}

async function doOne(bundle: Bundle, unit: number, threads: number): Promise<UnitOutcome> {
  let stop: (() => void) | null = null;
  let asked = false;
  const handle = (signal: NodeJS.Signals): void => {
    // The second Ctrl-C ends the process at once; a batch system's signals may come twice.
    if (asked && signal === 'SIGINT') process.exit(exitCodes.interrupted);
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
