/** docs/data.md names every format that can be read. */
import { expect, it } from 'vitest';
import { readers } from '../../src/datasets/formats/index.ts';
import { page, tableOf } from './pages.ts';

it('names every format', () => {
  const formats = tableOf(page('data.md'), 'format', 'for example').map(([format]) => format!);
  for (const { name } of readers)
    expect(
      formats.some((format) => format.includes(name.split(' ')[0]!)),
      name,
    ).toBe(true);
});
