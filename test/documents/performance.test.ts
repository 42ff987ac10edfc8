/** docs/performance.md has a place for the tables that `npm run bench:capsules -- --document` puts there. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { page } from './pages.ts';

it('has the marks that the bench looks for, and its tables between them', () => {
  const bench = readFileSync(new URL('../../bench/capsules.ts', import.meta.url), 'utf8');
  const [begin, end] = [...bench.matchAll(/'(<!-- [^']*bench:capsules[^']*-->)'/g)].map(([, mark]) => mark!);
  const { text } = page('performance.md');
  const between = text.slice(text.indexOf(begin!) + begin!.length, text.indexOf(end!));
  expect(between.trim()).toMatch(/^```text\n[^]*\nbar +needed +measured +met\n[^]*```$/);
});
