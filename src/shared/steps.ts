/** Work that can be left off between two of its steps: a generator that yields where it can. */
export type Steps<Found> = Generator<undefined, Found, undefined>;

/** All steps at once. */
export function inOneGo<Found>(steps: Steps<Found>): Found {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
