import { expect, it } from 'vitest';
import type { QueueState } from '../../shared/contract/index.ts';
import { startsWhen } from './starts-when.ts';

const idle: Pick<QueueState, 'held' | 'running' | 'waiting'> = { held: false, running: [], waiting: [] };

it('tells when runs start: at once, after others, or once the queue continues', () => {
  expect(startsWhen(1, idle)).toBe('It starts at once.');
  expect(startsWhen(3, idle)).toBe('The first starts at once, the others follow.');
  expect(startsWhen(1, { ...idle, waiting: ['a'] })).toBe('It starts after the run already in the queue.');
  expect(startsWhen(2, { ...idle, waiting: ['a', 'b'] })).toBe('They start after the 2 runs already in the queue.');
  expect(startsWhen(2, { ...idle, held: true })).toBe('They start when the queue, which is paused, continues.');
});
