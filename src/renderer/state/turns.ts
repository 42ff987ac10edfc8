/** Work that would hold the window up in one piece is done in turns, with room between two of them for whatever a person does. */

import { untrack } from 'svelte';
import { fromParts, type InParts } from '../../shared/in-parts.ts';
import type { Steps } from '../../shared/steps.ts';

const waiting: (() => void)[] = [];
let asked = false;
/** Paper does not wait: all that is still to come is done before it is printed. */
let printing = false;

// There is no window where this is tested.
if ('addEventListener' in globalThis) {
  addEventListener('beforeprint', () => {
    printing = true;
    for (const work of waiting.splice(0)) work();
  });
  addEventListener('afterprint', () => (printing = false));
}

/** Calls `work` in a task of its own, after all that took a turn before. Answers how to take it back. */
export function takeTurn(work: () => void): () => void {
  if (printing) {
    untrack(work);
    return () => undefined;
  }
  waiting.push(work);
  if (!asked) next();
  return () => {
    const at = waiting.indexOf(work);
    if (at >= 0) waiting.splice(at, 1);
  };
}

/** Milliseconds of one turn, after which the others have theirs. */
const LONGEST = 12;

/** Does as many steps in a turn as it has time for. Answers how to give the work up. */
export function takeTurns<Found>(steps: Steps<Found>, done: (found: Found) => void): () => void {
  const go = () => {
    const end = performance.now() + LONGEST;
    do {
      const step = steps.next();
      if (step.done) {
        done(step.value);
        return;
      }
    } while (performance.now() < end);
    back = takeTurn(go);
  };
  let back: () => void = () => undefined;
  back = takeTurn(go);
  return () => back();
}

/** An answer that came in parts, once all of them have been read. */
export function inTurns<Value>(found: InParts<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    function* guarded(): Steps<void> {
      try {
        resolve(yield* fromParts(found));
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    }
    takeTurns(guarded(), () => undefined);
  });
}

function next(): void {
  asked = true;
  inATask(() => {
    asked = false;
    const work = waiting.shift();
    if (waiting.length > 0) next();
    work?.();
  });
}

/** Not by frames: a page that nobody looks at has none. Nor by timers where there is better: after a few they wait 4 ms each. */
function inATask(work: () => void): void {
  if ('scheduler' in globalThis) void scheduler.postTask(work);
  else setTimeout(work);
}
