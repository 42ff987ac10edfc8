import { expect, it } from 'vitest';
import { describeDragged } from './dragged.ts';

it.each([
  [['image/png'], '1 image'],
  [['', '', '', ''], '4 files or folders'],
  [['image/png', 'application/zip', 'image/jpeg'], '2 images and 1 archive'],
  [['text/csv', '', 'application/x-tar', 'application/gzip'], '1 table, 1 file or folder and 2 archives'],
])('%s is %s', (types, text) => {
  expect(describeDragged(types)).toBe(text);
});
