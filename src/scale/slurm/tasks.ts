/** What Slurm says of the tasks that it has been given. */
import type { Elsewhere } from '../status.ts';
import type { Bundle } from '../bundle.ts';
import { run } from '../program.ts';
import { submissionsOf, type Submission } from './record.ts';

/** States in which a task will still do something. */
const waiting = new Set([
  'PENDING',
  'CONFIGURING',
  'REQUEUED',
  'REQUEUE_HOLD',
  'REQUEUE_FED',
  'SPECIAL_EXIT',
  'RESV_DEL_HOLD',
  'STAGE_OUT',
]);
const running = new Set(['RUNNING', 'COMPLETING', 'SUSPENDED', 'SIGNALING', 'STOPPED', 'RESIZING']);

/** Milliseconds in which a task that was just submitted need not be known yet. */
const settling = 5 * 60_000;

interface Task {
  state: string;
  reason: string;
}

/** By name of the task, "12_3". Null: Slurm does not answer. */
type Tasks = Map<string, Task> | null;

/** Asks squeue, and of what it knows no more, sacct: without an accounting database that is nothing. */
export async function slurmStates(bundle: Bundle, now = Date.now()): Promise<Elsewhere> {
  const submissions = submissionsOf(bundle);
  if (submissions.length === 0) return () => null;
  const queued = await squeue(submissions);
  const past = await sacct(submissions);
  const latest = new Map<number, { task: string; submission: Submission }>();
  for (const submission of submissions)
    for (const [i, units] of submission.tasks.entries())
      for (const unit of units) latest.set(unit, { task: `${submission.job}_${i}`, submission });
  return (unit) => {
    const known = latest.get(unit);
    if (!known) return null;
    const { task, submission } = known;
    const current = queued?.get(task);
    if (current && running.has(current.state)) return { state: 'running', text: '' };
    if (current && waiting.has(current.state)) return { state: 'waiting', text: reasonText(current) };
    const ended = current ?? past?.get(task);
    if (ended)
      return { state: waiting.has(ended.state) ? 'waiting' : running.has(ended.state) ? 'running' : 'gone', text: `Slurm: ${ended.state}` };
    // An empty answer means wait: it may be too new, or Slurm too busy.
    if (queued === null || now - Date.parse(submission.submitted) < settling) return { state: 'waiting', text: '' };
    return { state: 'gone', text: `Slurm no longer knows task ${task}` };
  };
}

/** What a person should know of why it waits; that others come first is no news. */
const reasonText = ({ reason }: Task): string =>
  ['None', 'Priority', 'Resources', 'JobArrayTaskLimit', 'BeginTime', ''].includes(reason) ? '' : `Slurm: ${reason}`;

async function squeue(submissions: readonly Submission[]): Promise<Tasks> {
  const jobs = submissions.map(({ job }) => job).join(',');
  const { code, stdout, stderr } = await ask('squeue', ['--noheader', '--array', `--jobs=${jobs}`, '--states=all', '--format=%i|%T|%r']);
  // Of jobs that ended long ago it knows nothing any more, and says so.
  if (code !== 0 && !/invalid job id/i.test(stderr)) return null;
  return tasksIn(stdout);
}

async function sacct(submissions: readonly Submission[]): Promise<Tasks> {
  const jobs = submissions.map(({ job }) => job).join(',');
  const since = submissions[0]!.submitted.slice(0, 10);
  const { code, stdout } = await ask('sacct', [
    '-X',
    '-P',
    '--noheader',
    '--array',
    `--jobs=${jobs}`,
    `--starttime=${since}`,
    '--format=JobID,State',
  ]);
  return code === 0 ? tasksIn(stdout) : null;
}

/** A batch system that is not here says nothing. */
const ask = (program: string, args: string[]) => run(program, args).catch(() => ({ code: null, stdout: '', stderr: '' }));

function tasksIn(text: string): Tasks {
  const lines = text.split('\n').map((line) => line.trim().split('|'));
  // "CANCELLED by 0"
  return new Map(
    lines.flatMap(([task, state, reason = '']) => (task && state ? [[task, { state: state.split(' ')[0]!, reason }] as const] : [])),
  );
}
