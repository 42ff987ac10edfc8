/** When runs begin that somebody is about to queue. */
import type { QueueState } from '../../shared/contract/index.ts';

export function startsWhen(runs: number, { held, running, waiting }: Pick<QueueState, 'held' | 'running' | 'waiting'>): string {
  const they = runs === 1 ? 'It starts' : 'They start';
  if (held) return `${they} when the queue, which is paused, continues.`;
  const ahead = running.length + waiting.length;
  if (ahead > 0) return `${they} after the ${ahead === 1 ? 'run' : `${ahead} runs`} already in the queue.`;
  return runs === 1 ? 'It starts at once.' : 'The first starts at once, the others follow.';
}
