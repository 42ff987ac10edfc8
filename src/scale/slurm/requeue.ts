/** A task that was asked to end, and is saved, has Slurm queue it again: Slurm itself does so after a node's failure or preemption only. */
import { run } from '../program.ts';

/** How often, at most; set by the script of a submission. */
export const requeueVariable = 'CAPSCOPE_REQUEUES';

/** Answers what was done, as a sentence; null where no batch system is to be asked. */
export async function requeue(env = process.env): Promise<string | null> {
  const { [requeueVariable]: most, SLURM_JOB_ID: job, SLURM_RESTART_COUNT: count = '0' } = env;
  if (most === undefined || job === undefined) return null;
  if (Number(count) >= Number(most)) return `It has been queued again ${count} times and is not any more.`;
  const { code, stderr } = await run('scontrol', ['requeue', job]);
  return code === 0 ? `Slurm has queued job ${job} again.` : `Slurm does not queue it again: ${stderr.trim()}`;
}
