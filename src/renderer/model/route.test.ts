import { expect, it } from 'vitest';
import { home, parseRoute, printRoute } from './route.ts';

it('reads what it prints', () => {
  for (const route of [
    { view: 'compare' as const, ids: ['a', 'b/,c'] },
    { view: 'train' as const, ids: [] },
    { view: 'studies' as const, ids: ['a'], part: 'results' },
  ])
    expect(parseRoute(printRoute(route))).toEqual(route);
});
it('goes home from anywhere unknown', () => {
  for (const hash of ['', '#', '#/nowhere/x']) expect(parseRoute(hash)).toEqual(home);
});
