/** Peak memory of a process, as every contestant reports it. */
import { readFileSync } from 'node:fs';

/**
 * Largest resident memory of this process so far, in bytes. On Linux from VmHWM: what getrusage tells of a process that
 * another has started includes the other's memory at that moment.
 */
export function peakMemoryBytes(): number {
  if (process.platform !== 'linux') return 1024 * process.resourceUsage().maxRSS;
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  if (!kibibytes) throw new Error('/proc/self/status has no VmHWM.');
  return 1024 * Number(kibibytes[1]);
}
