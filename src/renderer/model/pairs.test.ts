import { expect, it } from 'vitest';
import { summary } from './example.ts';
import { originOf } from './pairs.ts';

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
