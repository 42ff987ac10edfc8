import { expect, it, vi } from 'vitest';
import { takeTurn } from './turns.ts';

it('gives each a task of its own, in order, unless it is taken back', () => {
  vi.useFakeTimers();
  const done: string[] = [];
  takeTurn(() => done.push('a'));
  const back = takeTurn(() => done.push('b'));
  takeTurn(() => {
    done.push('c');
    takeTurn(() => done.push('d'));
  });
  expect(done).toEqual([]);
  vi.advanceTimersToNextTimer();
  expect(done).toEqual(['a']);
  back();
  vi.advanceTimersToNextTimer();
  expect(done).toEqual(['a', 'c']);
  vi.runAllTimers();
  expect(done).toEqual(['a', 'c', 'd']);
  vi.useRealTimers();
});
