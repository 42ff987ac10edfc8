/** What a dying process said: the end of its standard error, for the message that it is gone. */
import type { Readable } from 'node:stream';

const maxLength = 2000;

/** Answers a function that gives the last line so far, '' while there is none. */
export function lastWords(stderr: Readable | null): () => string {
  let tail = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-maxLength)));
  return () => tail.trim().split('\n').at(-1) ?? '';
}

/** "signal SIGKILL: out of memory" */
export const exitReason = (how: string, words: string): string => [how, words].filter(Boolean).join(': ');
