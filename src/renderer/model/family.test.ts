import { expect, it } from 'vitest';
import { summary } from '../../../test/renderer/example.ts';
import { family } from './family.ts';

it('knows ancestors and children of a run', () => {
  const runs = [
    summary('root'),
    summary('child', { parent: 'root' }),
    summary('grandchild', { parent: 'child' }),
    summary('other', { parent: 'gone' }),
  ];
  const { ancestors, children } = family(runs[1]!, new Map(runs.map((run) => [run.id, run])));
  expect([ancestors, children].map((found) => found.map(({ id }) => id))).toEqual([['root'], ['grandchild']]);
});
