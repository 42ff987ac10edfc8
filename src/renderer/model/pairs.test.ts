import { expect, it } from 'vitest';
import { summary } from '../../../test/renderer/example.ts';
import { comparableWith, originOf } from './pairs.ts';

const unpruned = summary('u');
const source = summary('s', { role: 'source' });
const pruned = summary('p', { role: 'pruned', parent: 's' });

it('leads from the unpruned twin, else from what was cut, else from nowhere', () => {
  expect(originOf(pruned, [source, unpruned, pruned])).toBe('u');
  expect(originOf(pruned, [source, pruned])).toBe('s');
  expect(originOf(pruned, [pruned])).toBeNull();
  expect(originOf(unpruned, [source])).toBeNull();
});
it('takes no run of another seed for a twin', () => expect(originOf(pruned, [summary('x', { seed: 2 })])).toBeNull());

it('compares a pruned run with its twin and its source, and not with other networks', () => {
  const other = summary('o', { network: { types: 9, dim: 4, depth: 2 } });
  const cut = summary('p', { role: 'pruned', parent: 's', network: { types: 2, dim: 4, depth: 2 } });
  const runs = new Map([source, unpruned, cut, other].map((run) => [run.id, run]));
  expect(comparableWith(cut, runs)).toEqual(['u', 's', 'p']);
  expect(comparableWith(source, runs)).toEqual(['u', 's', 'p']);
  expect(comparableWith(other, runs)).toEqual(['o']);
});
