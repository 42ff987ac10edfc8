/** docs/performance.md has a place for the tables that benches put there with `--document`. */
import { expect, it } from 'vitest';
import { page } from './pages.ts';

it.each(['bench:capsules', 'bench:datasets'])('has the marks that %s looks for, and its tables between them', (bench) => {
  const [begin, end] = [`<!-- ${bench}, as printed -->`, `<!-- end of ${bench} -->`];
  const { text } = page('performance.md');
  expect(text).toContain(begin);
  const between = text.slice(text.indexOf(begin) + begin.length, text.indexOf(end));
  expect(between.trim()).toMatch(/^```text\n[^]*\nbar +needed +measured +met\n[^]*```$/);
});
