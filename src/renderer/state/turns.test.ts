import { describe, expect, it, vi } from 'vitest';
import type { Steps } from '../../shared/steps.ts';
import { takeTurn, takeTurns } from './turns.ts';

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

describe('work in steps', () => {
  it('takes as many as a turn has time for, and lets others have their turns between', () => {
    vi.useFakeTimers();
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    const order: string[] = [];
    function* steps(): Steps<string> {
      for (let i = 0; i < 4; i++) {
        order.push(`step ${i}`);
        clock += 8;
        yield;
      }
      return 'all';
    }
    takeTurns(steps(), (found) => order.push(found));
    takeTurn(() => order.push('another'));
    vi.runAllTimers();
    expect(order).toEqual(['step 0', 'step 1', 'another', 'step 2', 'step 3', 'all']);
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('is given up in the middle', () => {
    vi.useFakeTimers();
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    const order: number[] = [];
    function* steps(): Steps<null> {
      for (let i = 0; i < 4; i++) {
        order.push(i);
        clock += 20;
        yield;
      }
      return null;
    }
    const giveUp = takeTurns(steps(), () => order.push(99));
    vi.advanceTimersToNextTimer();
    giveUp();
    vi.runAllTimers();
    expect(order).toEqual([0]);
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
});
