import { expect, it } from 'vitest';
import { InputError } from './input-error.ts';
import { oneLine } from './one-line.ts';

it('a message stays one line and moves no cursor, whatever a file is called', () => {
  expect(oneLine('a\nb\r\tc.png')).toBe('a\\nb\\r\\tc.png');
  expect(oneLine('\u001b[2Jgone \u2028 \u009b \u202egnp.exe')).toBe('\\u001b[2Jgone \\u2028 \\u009b \\u202egnp.exe');
  expect(oneLine('Zürich – 木 🌳.png')).toBe('Zürich – 木 🌳.png');
  expect(new InputError('cannot read a\nb.png').message).toBe('cannot read a\\nb.png');
});
