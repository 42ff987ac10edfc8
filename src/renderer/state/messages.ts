/** Short messages at the edge of the window. */
import { toast } from 'svelte-sonner';
import { CallError } from '../client/client.ts';

/** Milliseconds for which it is there: what is said alone, over what was being looked at, … */
const SHORT = 5000;
/** … and what offers to do something about it, which takes a decision. */
const WITH_ACTION = 8000;

export const say = (text: string): void => void toast(text, { duration: SHORT });

/** Somebody may have looked elsewhere when something went wrong. */
const ERROR = 15_000;

/** Says what is wrong with something that was given. */
export const complain = (sentence: string): void => void toast.error(sentence, { duration: ERROR });

/** Shows a failure: its sentence, if it is one for people. */
export function report(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  if (error instanceof CallError && error.kind === 'input') complain(sentence);
  else toast.error('Something went wrong. This is a bug in Capscope.', { description: sentence, duration: ERROR });
}

/** Runs it and shows a failure. Answers null when it failed. */
export async function attempt<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    report(error);
    return null;
  }
}

/** Says what has happened and offers to do something about it; stays until that is done, it is closed, or withdrawn. */
export function offer(id: string, text: string, label: string, work: () => Promise<unknown>): void {
  toast(text, { id, duration: Infinity, closeButton: true, action: { label, onClick: () => void attempt(work) } });
}

export const withdraw = (id: string): void => void toast.dismiss(id);

/**
 * Says what has happened and offers to go there or to do something: nobody is taken away from what they do. @param id by which
 * it can be withdrawn
 */
export function sayWith(text: string, label: string, work: () => unknown, id?: string): void {
  toast(text, { ...(id && { id }), duration: WITH_ACTION, closeButton: true, action: { label, onClick: () => void work() } });
}

/** Says what was done and offers to take it back. */
export function offerUndo(text: string, undo: () => Promise<unknown>): void {
  toast(text, { duration: WITH_ACTION, action: { label: 'Undo', onClick: () => void attempt(undo) } });
}
