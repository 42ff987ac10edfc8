import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventName, Events, PruningScores } from '../../shared/contract/index.ts';
import { isAskable, judge, type Judgement, type Question } from './judging.ts';

const question: Question = { run: 'a', criterion: 'chip', intermediateBy: 'activation', batches: 5, batch: 128 };
const scores: PruningScores['scores'] = { 'backbone.0': [1, 2] };

/** A workbench whose answers come when the test says so. */
function makeClient() {
  const asked: string[] = [];
  const listeners = new Set<(payload: never) => void>();
  const waiting: { answer: (scores: PruningScores | null) => void; fail: (error: Error) => void }[] = [];
  const call = (method: string) => {
    asked.push(method);
    return method === 'pruning.scores' ? new Promise((answer, fail) => waiting.push({ answer: answer, fail })) : Promise.resolve(null);
  };
  const on = (_: EventName, listener: (payload: never) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const emit = (payload: Partial<Events['scoring']>) => {
    for (const listener of listeners) listener(payload as never);
  };
  return { asked, waiting, listeners, emit, client: { call, on } as unknown as Parameters<typeof judge>[1] };
}

describe('judging of channels', () => {
  let shown: Judgement[];
  const show = (judgement: Judgement) => shown.push(judgement);
  const last = () => shown.at(-1);
  beforeEach(() => {
    shown = [];
    vi.useFakeTimers();
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => array);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('shows how far it is, and then the scores', async () => {
    const { client, waiting, emit, listeners } = makeClient();
    judge(question, client, show);
    expect(waiting).toEqual([]);
    await vi.advanceTimersByTimeAsync(300);
    emit({ task: 'another', done: 4, total: 9 });
    expect(last()).toEqual({ stage: 'judging', done: 0, total: 1 });
    emit({ task: '0'.repeat(32), done: 3, total: 9 });
    expect(last()).toEqual({ stage: 'judging', done: 3, total: 9 });
    waiting[0]!.answer({ scores, maps: [] });
    await vi.runAllTimersAsync();
    expect(last()).toEqual({ stage: 'judged', scores, maps: [] });
    expect(listeners.size).toBe(0);
  });

  it.each([
    ['no batches', { batches: 0 }],
    ['half a batch', { batches: 2.5 }],
    ['more batches than allowed', { batches: 5000 }],
    ['empty batches', { batch: 0 }],
    ['no number', { batch: Number.NaN }],
    ['larger batches than allowed', { batch: 100_000 }],
  ])('ends when %s are typed meanwhile', async (_, typed) => {
    const { client, waiting, asked } = makeClient();
    const stop = judge(question, client, show);
    await vi.advanceTimersByTimeAsync(300);
    stop();
    judge({ ...question, ...typed }, client, show);
    expect(last()).toEqual({ stage: 'unasked' });
    waiting[0]!.answer({ scores, maps: [] });
    await vi.runAllTimersAsync();
    expect(last()).toEqual({ stage: 'unasked' });
    expect(asked).toEqual(['pruning.scores', 'pruning.cancel']);
    expect(isAskable({ ...question, ...typed })).toBe(false);
  });

  it('ends when it is cancelled from elsewhere, and when it fails', async () => {
    const { client, waiting } = makeClient();
    judge(question, client, show);
    judge(question, client, show);
    await vi.advanceTimersByTimeAsync(300);
    waiting[0]!.answer(null);
    await vi.runAllTimersAsync();
    expect(last()).toEqual({ stage: 'unasked' });
    waiting[1]!.fail(new Error('the trainer has gone'));
    await vi.runAllTimersAsync();
    expect(last()).toEqual({ stage: 'failed', problem: 'the trainer has gone' });
  });

  it('asks once for what is typed quickly', async () => {
    const { client, asked } = makeClient();
    for (const batches of [1, 12, 123]) judge({ ...question, batches }, client, show)();
    judge(question, client, show);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.filter((method) => method === 'pruning.scores')).toHaveLength(1);
  });
});
