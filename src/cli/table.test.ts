import { expect, it } from 'vitest';
import { facts, table } from './table.ts';

it('aligns columns and leaves no blanks at the end of a line', () => {
  const columns = [{ head: 'run' }, { head: 'params', align: 'right' as const }, { head: 'note' }];
  const rows = [
    ['a', '1,000,000', ''],
    ['größer', '5', 'x'],
  ];
  expect(table(columns, rows)).toBe(['run        params  note', 'a       1,000,000', 'größer          5  x'].join('\n'));
});

it('prints a table without rows as its heads', () => {
  expect(table([{ head: 'id' }, { head: 'n', align: 'right' }], [])).toBe('id  n');
});

it('keeps everything in its line, whatever something is called', () => {
  expect(table([{ head: 'run' }, { head: 'n' }], [['a\nb\u001b[2J', '1']])).toBe('run            n\na\\nb\\u001b[2J  1');
  expect(facts([['run', 'a\nb']])).toBe('run  a\\nb');
});

it('aligns facts', () => {
  expect(
    facts([
      ['a', '1'],
      ['long', '2'],
    ]),
  ).toBe('a     1\nlong  2');
});
