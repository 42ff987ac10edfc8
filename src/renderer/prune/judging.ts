/** Asking how important channels are, while what is asked for may change at any key. */
import type { Argument, PruningScores } from '../../shared/contract/index.ts';
import { PruningSpec } from '../../shared/spec/pruning.ts';
import type { call, on } from '../client/client.ts';
import { newId } from '../client/new-id.ts';

/** What scores depend on; ratios, granularity and capsule layers can change without asking again. */
export type Question = Omit<Argument<'pruning.scores'>, 'task'>;

export type Judgement =
  | { stage: 'unasked' }
  | { stage: 'judging'; done: number; total: number }
  | ({ stage: 'judged' } & PruningScores)
  | { stage: 'failed'; problem: string };

/** Milliseconds after the last key in a number. */
const PAUSE = 300;

const { criterion, batches, batch } = PruningSpec.shape;

/** Whether it can be asked at all: not while a number is typed that is none of those allowed. */
export const isAskable = (question: Question): boolean =>
  criterion.safeParse(question.criterion).success && batches.safeParse(question.batches).success && batch.safeParse(question.batch).success;

/**
 * Asks, and shows how far the answer is until it is there. Nothing is shown after the returned function has been called.
 * @param question null: there is nothing to ask, and what was shown before no longer holds.
 */
export function judge(
  question: Question | null,
  client: { call: typeof call; on: typeof on },
  show: (judgement: Judgement) => void,
): () => void {
  if (!question || !isAskable(question)) {
    show({ stage: 'unasked' });
    return () => undefined;
  }
  const task = newId();
  let ended = false;
  const tell = (judgement: Judgement) => {
    if (!ended) show(judgement);
  };
  tell({ stage: 'judging', done: 0, total: 1 });
  const stop = client.on('scoring', ({ task: of, done, total }) => {
    if (of === task) tell({ stage: 'judging', done, total });
  });
  const timer = setTimeout(() => {
    client
      .call('pruning.scores', { task, ...question })
      .then((answer) => tell(answer ? { stage: 'judged', ...answer } : { stage: 'unasked' }))
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
