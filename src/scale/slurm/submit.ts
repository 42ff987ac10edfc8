/** Gives the units of a bundle to Slurm, as an array of tasks that save themselves and are queued again when their time is up. */
import { chmodSync } from 'node:fs';
import { z } from 'zod';
import { InputError } from '../../shared/input-error.ts';
import { fileName } from '../../shared/present/file-name.ts';
import { writeDurably } from '../../store/disk.ts';
import { here } from '../../workbench/node-host.ts';
import type { Bundle } from '../bundle.ts';
import { ran, run } from '../program.ts';
import { statusOf, type UnitStatus } from '../status.ts';
import { nextSubmission, recordSubmission, submissionsOf } from './record.ts';
import { requeueVariable } from './requeue.ts';
import { slurmStates } from './tasks.ts';

export interface SlurmOptions {
  partition?: string | undefined;
  account?: string | undefined;
  /** As Slurm takes it: "2:00:00". */
  time?: string | undefined;
  mem?: string | undefined;
  /** Threads of each task. */
  cpus?: number | undefined;
  /** "1", "a100:1". */
  gpus?: string | undefined;
  constraint?: string | undefined;
  /** Tasks at once, at most. */
  atOnce?: number | undefined;
  /** Units of a task, one after another. By default as many as it takes for the array not to be larger than Slurm allows. */
  pack?: number | undefined;
  /** Further options of sbatch. */
  sbatch?: string[] | undefined;
  /** How often a task is queued again after it was interrupted. */
  requeues?: number | undefined;
  /** Whether units that have failed are done again, too. */
  failed?: boolean | undefined;
}

export const Submitted = z.strictObject({
  /** Null: there was nothing to do. */
  job: z.string().nullable(),
  units: z.int(),
  tasks: z.int(),
});
export type Submitted = z.infer<typeof Submitted>;

/** Seconds before the end of its time at which a task is told to save itself: a step of a large network, and writing. */
const notice = 180;
const usualRequeues = 20;
/** Slurm's own default, where it does not say. */
const usualArray = 1001;

/** Units that nobody is at: those that wait, were interrupted, or have failed if that is asked for. */
export async function submit(bundle: Bundle, options: SlurmOptions): Promise<Submitted> {
  const known = await slurmStates(bundle);
  const active = (unit: UnitStatus): boolean => {
    const state = known(unit.i)?.state;
    return unit.state === 'running' || state === 'waiting' || state === 'running';
  };
  const wanted = new Set(['waiting', 'interrupted', ...(options.failed ? ['failed'] : [])]);
  const units = statusOf(bundle, known).filter((unit) => wanted.has(unit.state) && !active(unit));
  if (units.length === 0) return { job: null, units: 0, tasks: 0 };
  const size = options.pack ?? Math.ceil(units.length / ((await largestArray()) - 1));
  const numbers = units.map(({ i }) => i);
  const tasks = Array.from({ length: Math.ceil(numbers.length / size) }, (_, t) => numbers.slice(t * size, (t + 1) * size));
  const path = nextSubmission(bundle);
  const encoder = new TextEncoder();
  writeDurably(`${path}.tasks`, encoder.encode(tasks.map((task) => `${task.join(' ')}\n`).join('')));
  writeDurably(`${path}.sh`, encoder.encode(scriptOf(bundle, path, options)));
  chmodSync(`${path}.sh`, 0o755);
  const answer = await ran('sbatch', [...argumentsOf(bundle, path, tasks.length, options), `${path}.sh`]);
  // "1234", or "1234;cluster".
  const job = /^(\d+)/.exec(answer.trim())?.[1];
  if (job === undefined) throw new InputError(`sbatch answered "${answer.trim()}"; expected the number of a job`);
  recordSubmission(path, { job, submitted: new Date().toISOString(), tasks });
  return { job, units: units.length, tasks: tasks.length };
}

/** Cancels what is left of all submissions. Answers the jobs. */
export async function cancel(bundle: Bundle): Promise<string[]> {
  const jobs = submissionsOf(bundle).map(({ job }) => job);
  if (jobs.length === 0) return jobs;
  // Its exit code says nothing: it is not 0 for jobs that have ended, and at times for others.
  const { stderr } = await run('scancel', jobs);
  const problem = stderr.split('\n').find((line) => line.includes('error') && !/invalid job id/i.test(line));
  if (problem !== undefined) throw new InputError(`scancel says "${problem.trim()}"`);
  return jobs;
}

function argumentsOf(bundle: Bundle, path: string, tasks: number, options: SlurmOptions): string[] {
  const { atOnce, cpus = 1, sbatch = [] } = options;
  const named = (['partition', 'account', 'time', 'mem', 'gpus', 'constraint'] as const).flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  return [
    '--parsable',
    `--array=0-${tasks - 1}${atOnce === undefined ? '' : `%${atOnce}`}`,
    '--requeue',
    '--open-mode=append',
    `--signal=B:USR1@${notice}`,
    `--job-name=capscope-${fileName(bundle.facts.study.spec.name).replaceAll(/\s/g, '-')}`,
    `--output=${path}-%a.log`,
    `--cpus-per-task=${cpus}`,
    ...named,
    ...sbatch.flatMap((text) => text.split(/\s+/).filter((part) => part !== '')),
  ];
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The shell becomes the unit's process: so that it gets the signals itself. */
function scriptOf(bundle: Bundle, path: string, { requeues = usualRequeues }: SlurmOptions): string {
  return `#!/bin/sh
export ${requeueVariable}=${requeues}
units=$(sed -n "$((SLURM_ARRAY_TASK_ID + 1))p" ${quoted(`${path}.tasks`)})
exec ${quoted(process.execPath)} ${quoted(here('src/cli/start.mjs'))} unit ${quoted(bundle.folder)} $units
`;
}

async function largestArray(): Promise<number> {
  const { stdout } = await run('scontrol', ['show', 'config']);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? usualArray);
  return Math.max(2, size);
}
