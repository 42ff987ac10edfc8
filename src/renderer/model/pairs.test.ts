import { describe, expect, it } from 'vitest';
import { summary } from '../../../test/renderer/example.ts';
import { comparableWith, originsOf } from './pairs.ts';

/** Of a study of two networks of the same depth, N4 and N12, as the store makes their keys. */
const family = (n: number) => [
  summary(`u${n}`, { twinKey: `N${n}`, network: { types: n, dim: 4, depth: 2 } }),
  summary(`s${n}`, { role: 'source', twinKey: `short N${n}`, network: { types: n, dim: 4, depth: 2 } }),
  summary(`p${n}`, { role: 'pruned', parent: `s${n}`, twinKey: `N${n}`, network: { types: n / 2, dim: 4, depth: 2 } }),
  summary(`c${n}`, { arm: 'scratch', twinKey: `N${n}`, network: { types: n / 2, dim: 4, depth: 2 } }),
];
const [small, large] = [family(4), family(12)];
const origins = (...runs: Parameters<typeof originsOf>[0]) => Object.fromEntries(originsOf(runs));

describe('an arrow', () => {
  it('leads from each run’s own twin, also where two networks are as deep', () => {
    expect(origins(...large, ...small)).toEqual({ p4: 'u4', c4: 'u4', p12: 'u12', c12: 'u12' });
  });
  it('leads from what was cut where the twin is not there, and else from nowhere', () => {
    const [unpruned, source, pruned, scratch] = small;
    expect(origins(source!, pruned!, scratch!, large[0]!)).toEqual({ p4: 's4' });
    expect(origins(pruned!, large[0]!)).toEqual({});
    expect(origins(unpruned!, source!)).toEqual({});
  });
});

it('compares a pruned run with its twin and its source, and not with other networks', () => {
  const runs = new Map([...small, ...large].map((run) => [run.id, run]));
  expect(comparableWith(runs.get('p12')!, runs)).toEqual(['u12', 's12', 'p12']);
  expect(comparableWith(runs.get('s12')!, runs)).toEqual(['u12', 's12', 'p12']);
});

it('compares an unpruned run with all that are held against it: what was pruned, and its controls', () => {
  const runs = new Map([...small, ...large].map((run) => [run.id, run]));
  expect(comparableWith(runs.get('u4')!, runs)).toEqual(['u4', 'p4', 'c4']);
});

it('leaves out the decoder on frozen capsules, unless it is what is looked at', () => {
  const decoder = summary('d4', { arm: 'decoder', parent: 'u4' });
  const runs = new Map([...small, decoder].map((run) => [run.id, run]));
  expect(comparableWith(runs.get('u4')!, runs)).not.toContain('d4');
  expect(comparableWith(decoder, runs)).toContain('d4');
});
