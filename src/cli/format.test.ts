import { describe, expect, it } from 'vitest';
import { bytes, change, duration, integer, percent, signed } from './format.ts';

describe('numbers as people read them', () => {
  it.each([
    [integer(2641680), '2,641,680'],
    [percent(0.97125), '97.13 %'],
    [percent(21 / 48, 1), '43.8 %'],
    [signed(3), '+3'],
    [signed(-18), '-18'],
    [signed(0), '0'],
    [signed(-0.04, 1), '0.0'],
    [signed(-0.05, 2), '-0.05'],
    [change(200, 150), '-25.0 %'],
    [change(200, 500), '+150.0 %'],
    [change(0, 5), ''],
    [duration(0), '0:00'],
    [duration(75.4), '1:15'],
    [duration(3675), '1:01:15'],
    [duration(59.6), '1:00'],
    [bytes(0), '0 bytes'],
    [bytes(1023), '1023 bytes'],
    [bytes(1536), '1.5 KiB'],
    [bytes(1024 ** 3), '1.0 GiB'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
