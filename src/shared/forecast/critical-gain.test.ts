import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Squash } from '../spec/network.ts';
import { criticalGain, criticalGainTable } from './critical-gain.ts';
import { criticalGainOfLaw } from './law.ts';

it('has been measured in agreement with the law for one iteration', () => {
  for (const { gains } of criticalGainTable)
    for (const squash of Squash.options) expect(Math.abs(gains[squash][0]! / criticalGainOfLaw[squash] - 1)).toBeLessThan(0.05);
});

it('has a column for every N / D, of 8 iterations each, that a smaller network hardly differs from', () => {
  expect(criticalGainTable.map(({ ratio }) => ratio)).toEqual([0.125, 0.25, 0.5, 1, 2, 4, 8, 16]);
  for (const { gains, spread } of criticalGainTable)
    for (const squash of Squash.options) {
      expect([gains[squash].length, spread[squash].length]).toEqual([8, 8]);
      expect(Math.max(...spread[squash])).toBeLessThan(0.2);
    }
});

it('falls with every iteration, and with N / D', () => {
  for (const squash of Squash.options)
    for (const [c, { gains }] of criticalGainTable.entries())
      for (let i = 1; i < 8; i++) {
        expect(gains[squash][i]).toBeLessThanOrEqual(gains[squash][i - 1]!);
        if (c > 0) expect(gains[squash][i]).toBeLessThanOrEqual(1.01 * criticalGainTable[c - 1]!.gains[squash][i]!);
      }
});

it('is read between the columns, and at their ends the last one holds', () => {
  const gain = (outTypes: number, outDim: number) => criticalGain('squash', 3, { outTypes, outDim });
  const column = (ratio: number) => criticalGainTable.find((c) => c.ratio === ratio)!.gains.squash[2]!;
  expect(gain(16, 16)).toBe(column(1));
  expect(gain(16, 4)).toBe(column(4));
  expect(gain(16, 12)).toBeCloseTo(column(1) ** (1 - Math.log2(4 / 3)) * column(2) ** Math.log2(4 / 3), 9);
  expect([gain(1, 100), gain(100, 1)]).toEqual([column(0.125), column(16)]);
  expect(criticalGain('squash', 1, { outTypes: 16, outDim: 4 })).toBe(4);
});

it('stands in the documentation as it is', () => {
  const page = readFileSync(new URL('../../../docs/forecast.md', import.meta.url), 'utf8');
  const [squash, sensitive] = page.split('Squash, by routing iterations:')[1]!.split('Sensitive squash:');
  const rowsOf = (text: string) =>
    text
      .split('\n')
      .filter((line) => /^\| +[\d/]+ \|/.test(line))
      .map((line) => line.split('|').slice(2, -1).map(Number));
  for (const [kind, text] of Object.entries({ squash: squash!, sensitive: sensitive!.split('## ')[0]! })) {
    const printed = rowsOf(text);
    const table = criticalGainTable.map(({ gains }) => gains[kind as Squash]);
    expect(printed.map((row) => row.length)).toEqual(table.map((row) => row.length));
    for (const [r, row] of table.entries())
      for (const [i, gain] of row.entries()) expect(Math.abs(printed[r]![i]! - gain)).toBeLessThan(0.00501);
  }
});
