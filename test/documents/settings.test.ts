/** The tables of settings in README.md and docs/ are those that the schemas make. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { documentedSettings, documents, tablesIn, withTables } from '../../scripts/document-settings.ts';

const pages = documents().map((file) => ({ file, text: readFileSync(file, 'utf8') }));

it('every kind of settings has its table in one place', () => {
  const tables = pages.flatMap(({ text }) => tablesIn(text));
  expect(tables.toSorted()).toEqual(Object.keys(documentedSettings).toSorted());
});

it.each(pages.filter(({ text }) => tablesIn(text).length > 0).map((page) => [page.file.pathname.split('/').at(-1), page] as const))(
  '%s says what the schemas say',
  async (_, { file, text }) => {
    expect(text, 'run: node scripts/document-settings.ts').toBe(await withTables(text, file));
  },
);

it('says of a setting what it is called, its default, its limits and what its choices mean', async () => {
  const table = await withTables('<!-- settings: pruning -->\n<!-- /settings -->\n', new URL('file:///a.md'));
  const row = (field: string) => table.split('\n').find((line) => line.startsWith(`| \`${field}\``))!.replaceAll(/ +/g, ' '); // prettier-ignore
  expect(row('backbone')).toBe(
    '| `backbone` | `0` | at least 0, below 1 | Backbone ratio. Share of channels that every backbone block loses. |',
  );
  expect(row('criterion')).toContain('`"chip"`: channel independence (CHIP); `"l1"`: L1 norm of filters');
  expect(row('intermediate.types')).toContain('| `null` | whole, at least 1 |');
  await expect(withTables('<!-- settings: prunning --><!-- /settings -->', new URL('file:///a.md'))).rejects.toThrow('prunning');
});
