import { describe, expect, it } from 'vitest';
import { chanceOfTop, longestClasses } from './ties.ts';

describe('longestClasses', () => {
  it('is the one that is longest', () => expect(longestClasses([0.1, 0.7, 0.3])).toEqual([1]));
  it('is all that tie', () => expect(longestClasses([0.7, 0.1, 0.7])).toEqual([0, 2]));
  it('is every class of a network whose capsules have vanished', () => expect(longestClasses(new Float32Array(4))).toEqual([0, 1, 2, 3]));
});

describe('chanceOfTop', () => {
  const lengths = [0.9, 0.5, 0.5, 0.5, 0.1];
  it('is certain, or none, without a tie', () => {
    expect(chanceOfTop(1, lengths, 0)).toBe(1);
    expect(chanceOfTop(2, lengths, 4)).toBe(0);
  });
  it('shares the places that are left among those that tie for them', () => {
    expect(chanceOfTop(2, lengths, 1)).toBeCloseTo(1 / 3);
    expect(chanceOfTop(3, lengths, 2)).toBeCloseTo(2 / 3);
    expect(chanceOfTop(4, lengths, 3)).toBe(1);
  });
  it('is chance for a network that tells nothing apart', () => expect(chanceOfTop(5, new Float32Array(10), 3)).toBe(0.5));
});
