/** Which process trains a run, and whether it still lives. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  pid: number;
  host: string;
  /** Tells the process from a later one with the same pid; null where the system does not say. */
  process: string | null;
}

/** A process on another host (or in another container) counts as dead when it has been silent for this long. */
const silenceMilliseconds = 10 * 60_000;

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), process: startOf(process.pid) };
}

/** @param heartbeat ISO time of the process's last sign of life. */
export function isAlive(identity: ProcessIdentity, heartbeat: string): boolean {
  if (identity.host !== hostname()) return Date.now() - Date.parse(heartbeat) < silenceMilliseconds;
  return isRunning(identity.pid) && identity.process === startOf(identity.pid);
}

/** Whether there is such a process on this machine. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Boot and start time of a process (Linux), or null. */
function startOf(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 22; the second field is the program's name in parentheses and may itself hold spaces.
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot} ${start}`;
  } catch {
    return null;
  }
}
