import { describe, expect, it } from 'vitest';
import {
  accuracy,
  activation,
  bytes,
  change,
  count,
  duration,
  minute,
  percent,
  plain,
  points,
  portion,
  portionAndShare,
  quantity,
  real,
} from './format.ts';

describe('numbers as people read them', () => {
  it.each([
    [count(2641680), '2,641,680'],
    [quantity(2641680), '2.64 M'],
    [quantity(999), '999'],
    [quantity(999_950), '1.00 M'],
    [quantity(158_400_000), '158 M'],
    [bytes(0), '0 bytes'],
    [bytes(1023), '1,023 bytes'],
    [bytes(1536), '1.50 KiB'],
    [bytes(10_566_720), '10.1 MiB'],
    [bytes(1010 * 1024), '1010 KiB'],
    [bytes(1024 ** 3 - 1), '1.00 GiB'],
    [percent(0.4375), '43.8 %'],
    [accuracy(1), '100.00 %'],
    [accuracy(0.97125), '97.13 %'],
    [activation(0.0104), '0.010'],
    [real(0.012345, 3), '0.0123'],
    [real(123456, 3), '123456'],
    [real(-0.00001234, 3), '-1.2e-5'],
    [portion({ total: 21, of: 48 }), '21 of 48'],
    [portionAndShare({ total: 32, of: 32 }), '32 of 32 (100.0 %)'],
    [portionAndShare({ total: 0, of: 0 }), '0 of 0'],
    [duration(0), '0:00'],
    [duration(59.6), '1:00'],
    [duration(75.4), '1:15'],
    [duration(3675), '1:01:15'],
    [minute('2030-01-02T03:04:05.000Z'), '2030-01-02 03:04 UTC'],
  ])('%s', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it('prints the same for means of the same values in another order', () => {
    const [there, back] = [0.13774999999999998, 0.13775000000000001];
    expect(there).not.toBe(back);
    expect([there, back].map((mean) => plain(accuracy(mean)))).toEqual(['13.78 %', '13.78 %']);
  });

  it('gives differences a sign, unless they round to nothing', () => {
    expect(plain(points(0.004, 2))).toBe('+0.40 pp');
    expect(plain(points(-0.313))).toBe('-31.3 pp');
    expect(plain(points(-0.0001))).toBe('0.0 pp');
    expect(plain(change(200, 50))).toBe('-75.0 %');
    expect(plain(change(100, 350))).toBe('+250.0 %');
  });

  it('prints a dash for what is not known', () => {
    const unknown = [count(NaN), percent(NaN), real(Infinity), bytes(NaN), points(NaN), change(0, 1), activation(NaN), duration(Infinity)];
    for (const text of unknown) expect(text).toBe('–');
  });
});
