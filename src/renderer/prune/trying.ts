/** Trying cuts out, while the cut may change at any key or move of a line. */
import type { Argument } from '../../shared/contract/index.ts';
import type { Tried } from '../../shared/trial.ts';
import type { call, on } from '../client/client.ts';

export type Trial = Omit<Argument<'pruning.try'>, 'task'>;

export type Trying =
  | { stage: 'unasked' }
  /** In the order of the cuts, and how long after the last change each was known; null while one is not. */
  | { stage: 'trying' | 'tried'; found: (Tried | null)[]; seconds: (number | null)[] }
  | { stage: 'failed'; problem: string };

/** Milliseconds after the last change. */
const PAUSE = 150;

/** Shows each accuracy as it becomes known. Nothing is shown after the returned function has been called. */
export function tryOut(trial: Trial | null, client: { call: typeof call; on: typeof on }, show: (trying: Trying) => void): () => void {
  if (!trial || trial.cuts.length === 0) {
    show({ stage: 'unasked' });
    return () => undefined;
  }
  const task = crypto.randomUUID();
  let ended = false;
  const began = performance.now();
  let found: (Tried | null)[] = trial.cuts.map(() => null);
  let seconds: (number | null)[] = trial.cuts.map(() => null);
  const tell = (trying: Trying) => {
    if (!ended) show(trying);
  };
  tell({ stage: 'trying', found, seconds });
  const stop = client.on('tried', ({ task: of, cut, ...tried }) => {
    if (of !== task) return;
    found = found.with(cut, tried);
    // A cut that was made is told of again once its lengths have been looked at.
    seconds = seconds.with(cut, seconds[cut] ?? (performance.now() - began) / 1000);
    tell({ stage: 'trying', found, seconds });
  });
  const timer = setTimeout(() => {
    client
      .call('pruning.try', { task, ...trial })
      .then((answer) => tell(answer ? { stage: 'tried', found: answer, seconds } : { stage: 'unasked' }))
      .catch((error: unknown) => tell({ stage: 'failed', problem: error instanceof Error ? error.message : String(error) }))
      .finally(stop);
  }, PAUSE);
  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
    client.call('pruning.cancel', { task }).catch(() => undefined);
  };
}
