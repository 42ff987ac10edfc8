import { expect, it } from 'vitest';
import { bytes, change, count, percent, points, quantity, real } from './format.ts';

const plain = (text: string) => text.replaceAll('\u202f', ' ').replaceAll('\u2212', '-');

it('prints numbers as readers expect them', () => {
  expect(count(2641680)).toBe('2,641,680');
  expect(plain(quantity(2641680))).toBe('2.64 M');
  expect(plain(quantity(999))).toBe('999');
  expect(plain(bytes(10_566_720))).toBe('10.6 MB');
  expect(plain(percent(0.4375))).toBe('43.8 %');
  expect(plain(percent(1, 2))).toBe('100.00 %');
  expect(real(0.012345, 3)).toBe('0.0123');
  expect(real(123456, 3)).toBe('123456');
  expect(plain(real(-0.00001234, 3))).toBe('-1.2e-5');
});

it('gives differences a sign, unless they round to nothing', () => {
  expect(plain(points(0.004, 2))).toBe('+0.40 pp');
  expect(plain(points(-0.313))).toBe('-31.3 pp');
  expect(plain(points(-0.0001))).toBe('0.0 pp');
  expect(plain(change(200, 50))).toBe('-75 %');
  expect(plain(change(100, 350))).toBe('+250 %');
});

it('prints a dash for what is not known', () => {
  for (const text of [count(NaN), percent(NaN), real(Infinity), bytes(NaN), points(NaN), change(0, 1)]) expect(text).toBe('–');
});
