import { expect, it } from 'vitest';
import { summary } from '../../../test/renderer/example.ts';
import { childrenByWay, family } from './family.ts';

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

it('calls pruned only what was cut', () => {
  const children = (['pruned', 'ccm', 'decoder', 'random'] as const).map((arm) => summary(arm, { arm, parent: 'root' }));
  expect(childrenByWay(children).map(({ says, runs }) => [says, runs.map(({ id }) => id)])).toEqual([
    ['Pruned from it', ['pruned', 'random']],
    ['Goes on in', ['ccm']],
    ['Decoder', ['decoder']],
  ]);
});
