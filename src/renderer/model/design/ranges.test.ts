import { describe, expect, it } from 'vitest';
import { parseNumbers, type NumberKind } from './ranges.ts';

const whole: NumberKind = { whole: true, min: 1, max: 4096 };
const ratio: NumberKind = { whole: false, min: 0, max: 1, below: true };

describe('parseNumbers', () => {
  it.each<[string, NumberKind, number[]]>([
    ['8, 16', whole, [8, 16]],
    ['16; 8, 8', whole, [16, 8]],
    ['1..10', whole, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
    ['1-3', whole, [1, 2, 3]],
    ['8..64 x2', whole, [8, 16, 32, 64]],
    ['8..60 ×2', whole, [8, 16, 32]],
    ['2..10 +4', whole, [2, 6, 10]],
    ['0.1..0.5 +0.1', ratio, [0.1, 0.2, 0.3, 0.4, 0.5]],
  ])('reads %s', (text, kind, values) => {
    expect(parseNumbers(text, kind)).toEqual({ values, problem: null });
  });

  it.each<[string, NumberKind, RegExp]>([
    ['', whole, /^Type numbers: 8, 16 or/],
    ['eight', whole, /^“eight” is no number/],
    ['64..8 x2', whole, /^“64\.\.8 x2” is no number and no range/],
    ['8..64 x1', whole, /no range/],
    ['2.5', whole, /^2\.5 is not a whole number/],
    ['0', whole, /^0 is not between 1 and 4096/],
    ['1', ratio, /^1 is not between 0 and below 1/],
    ['1..1000', whole, /more than 100 values/],
  ])('says what is wrong with %s', (text, kind, problem) => {
    expect(parseNumbers(text, kind).problem).toMatch(problem);
  });
});
