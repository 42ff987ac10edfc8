/** docs/method.md defines what capsules are called inactive by. */
import { expect, it } from 'vitest';
import { criteria } from '../../src/shared/measures/criteria.ts';
import { page, tableOf } from './pages.ts';

it('defines every criterion by the name that it is chosen by', () => {
  const defined = tableOf(page('method.md'), 'measure', 'what it is').map(([measure]) => measure);
  expect(defined).toEqual(expect.arrayContaining(Object.values(criteria).map(({ label }) => label)));
});
