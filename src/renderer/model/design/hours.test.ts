import { expect, it } from 'vitest';
import { hours } from './hours.ts';

it.each([
  [0.2, '1 s'],
  [89, '89 s'],
  [720, '12 min'],
  [12_000, '3:20 h'],
  [345_600, '4 days'],
  [Number.NaN, '–'],
])('%d seconds', (seconds, text) => {
  expect(hours(seconds)).toBe(text);
});
