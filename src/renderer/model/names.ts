/** Terms of the method as pages print them, and what each means in a sentence. */
import type { ShownStatus } from '../../shared/results.ts';

export const statusNames: Record<ShownStatus, string> = {
  queued: 'queued',
  running: 'running',
  paused: 'paused',
  stopped: 'stopped',
  interrupted: 'interrupted',
  failed: 'failed',
  finished: 'finished',
};
