import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { giveBackThread, takeThread } from './threads.ts';

/** Answers what it is told. */
const echo = (name: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads'; parentPort.on('message', (text) => parentPort.postMessage('${name} ' + text));`)}`,
  );

async function ask(thread: ReturnType<typeof takeThread>, text: string): Promise<unknown> {
  thread.postMessage(text);
  return ((await once(thread, 'message')) as [unknown])[0];
}

describe('decoding threads', () => {
  it('are used again for the same script, one at a time', async () => {
    const script = echo('a');
    const first = takeThread(script);
    await giveBackThread(first, script);
    const [second, third, other] = [takeThread(script), takeThread(script), takeThread(echo('b'))];
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(await Promise.all([second, third, other].map((thread) => ask(thread, 'hears')))).toEqual(['a hears', 'a hears', 'b hears']);
    await Promise.all([second, third, other].map((thread) => thread.terminate()));
  });

  it('are not used again once they have ended', async () => {
    const script = echo('a');
    const first = takeThread(script);
    await giveBackThread(first, script);
    await first.terminate();
    const second = takeThread(script);
    expect(await ask(second, 'hears')).toBe('a hears');
    await second.terminate();
  });
});
