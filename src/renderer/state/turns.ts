/** Work that would hold the window up in one piece is done in turns, with room between two of them for whatever a person does. */

import { fromParts, type InParts } from '../../shared/in-parts.ts';
import type { Steps } from '../../shared/steps.ts';

const waiting: (() => void)[] = [];
let asked = false;

/** Calls `work` in a task of its own, after all that took a turn before. Answers how to take it back. */
export function takeTurn(work: () => void): () => void {
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
  let back = takeTurn(go);
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
  // Not by frames: a page that nobody looks at has none.
  setTimeout(() => {
    asked = false;
    const work = waiting.shift();
    if (waiting.length > 0) next();
    work?.();
  });
}
