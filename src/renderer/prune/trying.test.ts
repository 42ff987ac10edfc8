import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Events } from '../../shared/contract/index.ts';
import type { Tried } from '../../shared/trial.ts';
import { tryOut, type Trial, type Trying } from './trying.ts';

const trial: Trial = {
  run: 'a',
  scores: {},
  images: 10,
  cuts: [
    { kind: 'silent', channels: {} },
    { kind: 'silent', channels: { primary: [0] } },
  ],
};

const right = (accuracy: number): Tried => ({ accuracy, forecast: null, lengths: null });

function makeClient() {
  const asked: string[] = [];
  const listeners = new Set<(payload: Events['tried']) => void>();
  const waiting: ((answer: Tried[] | null) => void)[] = [];
  const call = (method: string) => {
    asked.push(method);
    return method === 'pruning.try' ? new Promise((answer) => waiting.push(answer)) : Promise.resolve(null);
  };
  const on = (_: string, listener: (payload: Events['tried']) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return { asked, waiting, listeners, client: { call, on } as unknown as Parameters<typeof tryOut>[1] };
}

let shown: Trying[];
beforeEach(() => {
  shown = [];
  vi.useFakeTimers();
  vi.spyOn(crypto, 'randomUUID').mockReturnValue('0-0-0-0-0');
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it('shows each accuracy as it comes, and all in the end', async () => {
  const { client, waiting, listeners } = makeClient();
  tryOut(trial, client, (trying) => shown.push(trying));
  await vi.advanceTimersByTimeAsync(300);
  for (const listener of listeners) {
    listener({ task: 'another', cut: 0, ...right(0.1) });
    listener({ task: '0-0-0-0-0', cut: 1, ...right(0.7) });
  }
  expect(shown.at(-1)).toMatchObject({ stage: 'trying', found: [null, right(0.7)], seconds: [null, 0.3] });
  waiting[0]!([right(0.9), right(0.7)]);
  await vi.runAllTimersAsync();
  expect(shown.at(-1)).toMatchObject({ stage: 'tried', found: [right(0.9), right(0.7)] });
  expect(listeners.size).toBe(0);
});

it('asks once for a line that is dragged, and is silent after it has ended', async () => {
  const { client, asked, waiting } = makeClient();
  const show = (trying: Trying) => shown.push(trying);
  for (let i = 0; i < 5; i++) tryOut(trial, client, show)();
  const end = tryOut(trial, client, show);
  await vi.advanceTimersByTimeAsync(300);
  expect(asked.filter((method) => method === 'pruning.try')).toHaveLength(1);
  end();
  const before = shown.length;
  waiting[0]!([right(0.9), right(0.7)]);
  await vi.runAllTimersAsync();
  expect(shown).toHaveLength(before);
  expect(asked.at(-1)).toBe('pruning.cancel');
  tryOut(null, client, show);
  expect(shown.at(-1)).toEqual({ stage: 'unasked' });
});
