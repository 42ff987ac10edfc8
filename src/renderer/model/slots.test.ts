import { expect, it } from 'vitest';
import { slotKeys, type SlotPlace } from './slots.ts';

/** A group in front of every fifth run. */
const places: SlotPlace[] = [];
const seen = { group: 0, run: 0 };
for (let i = 0; i < 300; i++) {
  const kind = i % 6 === 0 ? 'group' : 'run';
  places.push({ kind, nth: seen[kind]++ });
}
const range = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i);

it('are never the same for two lines, not even where more are drawn than there was thought to be room for', () => {
  for (const room of [0, 22, 60])
    for (const [from, count] of [
      [0, 50],
      [13, 47],
      [280, 40],
    ] as const)
      // prettier-ignore
      expect(new Set(slotKeys(range(from, count), places, room)).size).toBe(count);
});

it('stay with as many lines as there are while scrolling', () => {
  const all = new Set(range(0, 250).flatMap((from) => slotKeys(range(from, 40), places, 42)));
  expect(all.size).toBeLessThanOrEqual(2 * 42);
});
