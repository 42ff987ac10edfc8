import { describe, expect, it } from 'vitest';
import { networkOf, type NetworkSpec } from '../../shared/spec/network.ts';
import { forecastOf, remediesFor as allOf, remedyKinds } from './remedies.ts';

const input = { height: 28, width: 28, channels: 1, classes: 10 };
const remediesFor = (network: NetworkSpec) => allOf(network, input);

describe('what would make activity stay', () => {
  const network = networkOf({ types: 16, dim: 4, depth: 4 });
  const remedies = remediesFor(network);

  it('offers one change of each kind, and each is forecast to stay', () => {
    expect(remedies.map(({ kind }) => kind)).toEqual([...remedyKinds]);
    for (const remedy of remedies) {
      expect(remedy.after.verdict).toBe('stays');
      expect(forecastOf(remedy.network, input)).toEqual(remedy.after);
    }
  });

  it('takes the smallest change that will do', () => {
    const gain = remedies.find(({ kind }) => kind === 'gain')!.network.initialisation;
    expect(gain).toEqual({ gain: expect.any(Number) as number });
    const value = (gain as { gain: number }).gain;
    expect(forecastOf({ ...network, initialisation: { gain: value - 0.1 } }, input)!.verdict).not.toBe('stays');
    const { iterations } = remedies.find(({ kind }) => kind === 'iterations')!.network.intermediate[0]!;
    expect(forecastOf(networkOf({ types: 16, dim: 4, depth: 4, iterations: iterations - 1 }), input)!.verdict).not.toBe('stays');
  });

  it('changes nothing but what it names', () => {
    expect(remedies.find(({ kind }) => kind === 'dim')!.network.primary.types).toBe(16);
    expect(remedies.find(({ kind }) => kind === 'squash')!.network).toEqual({ ...network, squash: 'sensitive' });
  });

  it('goes by the law where there is one', () => {
    const once = remediesFor(networkOf({ types: 16, dim: 4, depth: 4, iterations: 1 }));
    for (const { after, kind } of once)
      expect([kind, after.verdict, after.basis === 'law' || kind === 'iterations']).toEqual([kind, 'stays', true]);
    expect(once.map(({ kind }) => kind)).toContain('dim');
  });

  it('goes on to the next value where images said that one would not do', () => {
    const first = remedies.find(({ kind }) => kind === 'iterations')!;
    const refused = JSON.stringify(first.network);
    const seen = (one: NetworkSpec) => (JSON.stringify(one) === refused ? { ...first.after, verdict: 'open' as const } : null);
    const next = allOf(network, input, seen).find(({ kind }) => kind === 'iterations')!;
    expect(next.network.classes.iterations).toBe(first.network.classes.iterations + 1);
  });

  it('leaves out what cannot be changed further, and has nothing for a network without layers', () => {
    expect(remediesFor(networkOf({ types: 16, dim: 4, depth: 4, iterations: 8, squash: 'sensitive' })).map(({ kind }) => kind)).toEqual([
      'gain',
      'types',
      'dim',
    ]);
    expect(remediesFor(networkOf({ depth: 0 }))).toEqual([]);
  });
});
