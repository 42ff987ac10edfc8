import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import type { FromTrainer } from '../../shared/trainer-protocol.ts';
import { parentOf } from './parent.ts';

it('says when everything that was posted has left', async () => {
  const leaving: (() => void)[] = [];
  const send = (_message: unknown, sent: () => void) => leaving.push(sent);
  const { post, flush } = parentOf(Object.assign(new EventEmitter(), { send }) as unknown as NodeJS.Process);
  await flush();
  const message: FromTrainer = { type: 'stopped', checkpoint: null };
  post(message);
  post(message);
  let flushed = false;
  const waiting = flush().then(() => (flushed = true));
  leaving[0]!();
  await new Promise((resolve) => setImmediate(resolve));
  expect(flushed).toBe(false);
  leaving[1]!();
  await waiting;
});
