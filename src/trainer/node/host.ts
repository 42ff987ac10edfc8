/** What a job needs of a Node process: its clock and its memory. */
import type { HostIO } from '../../engine/io.ts';

/** `sample` looks at the memory in use; call it often, so that the peak is one. */
export function nodeHost(): Pick<HostIO, 'now' | 'peakMemory'> & { sample: () => void } {
  let peak = 0;
  const sample = (): void => {
    peak = Math.max(peak, process.memoryUsage.rss());
  };
  return {
    now: () => performance.now(),
    sample,
    peakMemory: () => {
      sample();
      return peak;
    },
  };
}
