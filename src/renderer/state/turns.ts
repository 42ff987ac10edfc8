/** Work that would hold the window up in one piece is done in turns, with room between two of them for whatever a person does. */

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
