import { describe, expect, it } from 'vitest';
import { summary } from '../../../test/renderer/example.ts';
import type { RunSummary } from '../../shared/contract/index.ts';
import { randomStream } from '../../shared/random.ts';
import type { RunArm } from '../../shared/spec/arms.ts';
import { cutText, isPlanned, shortNames } from './run-names.ts';

const mapOf = (runs: RunSummary[]) => new Map(runs.map((run) => [run.id, run]));
const names = (runs: RunSummary[], all = runs) => [...shortNames(runs, mapOf(all)).values()];
const cut = {
  criterion: 'chip',
  backbone: 0.5,
  blocks: null,
  capsules: 0.5,
  granularity: 'channel',
  capsuleLayers: 'reinitialise',
} as const;
const network = { types: 16, dim: 4, depth: 7 };
const study = { id: 's', name: 'depth' };

const family = (seed: number, name = 'N16 D4 L7') => {
  const suffix = `(${name}, seed ${seed})`;
  const of = { seed, study, network: { ...network, name } };
  return [
    summary(`u${seed}${name}`, { ...of, name: `unpruned ${suffix}` }),
    summary(`s${seed}${name}`, { ...of, name: `source ${suffix}`, role: 'source' }),
    summary(`p${seed}${name}`, {
      ...of,
      name: `pruned ${suffix}`,
      arm: 'pruned',
      pruning: cut,
      parent: `s${seed}${name}`,
      network: { ...network, types: 8 },
    }),
    summary(`f${seed}${name}`, { ...of, name: `from scratch ${suffix}`, arm: 'scratch', before: name, network: { ...network, types: 8 } }),
  ];
};

describe('names of runs', () => {
  it('say what differs among planned ones, and always the arm', () => {
    expect(names(family(1))).toEqual(['unpruned', 'source', 'pruned chip .5/.5', 'from scratch']);
    const [u1, , p1] = family(1);
    const [u2] = family(2);
    expect(names([u1!, u2!], [...family(1), ...family(2)])).toEqual(['unpruned, seed 1', 'unpruned, seed 2']);
    expect(names([u1!, p1!, u2!], [...family(1), ...family(2)])).toEqual([
      'unpruned, seed 1',
      'pruned chip .5/.5, seed 1',
      'unpruned, seed 2',
    ]);
  });
  it('say all of one that stands alone, its network being the one before the cut', () =>
    expect(names([family(3)[2]!], family(3))).toEqual(['N16 D4 L7 pruned chip .5/.5, seed 3']));
  it('name networks where there are several', () =>
    expect(names([family(1)[0]!, family(1, 'N8 D4 L7')[0]!])).toEqual(['N16 D4 L7 unpruned', 'N8 D4 L7 unpruned']));
  it('keep what somebody has called a run', () =>
    expect(names([summary('a', { name: 'my best net' }), family(1)[2]!], family(1))).toEqual([
      'my best net',
      'N16 D4 L7 pruned chip .5/.5, seed 1',
    ]));
  it('tell apart what is called the same', () => {
    const twice = [summary('a', { name: 'net', seed: 1 }), summary('b', { name: 'net', seed: 2 })];
    expect(names(twice)).toEqual(['net, seed 1', 'net, seed 2']);
    const same = [summary('a', { name: 'net' }), summary('b', { name: 'net' })];
    expect(names(same)).toEqual(['net, #a', 'net, #b']);
    const studies = [
      { ...family(1)[0]!, id: 'x' },
      { ...family(1)[0]!, id: 'y', study: { id: 't', name: 'width' } },
    ];
    expect(names(studies)).toEqual(['unpruned, depth', 'unpruned, width']);
  });
  it('are never the same for two runs, whatever they are called', () => {
    const random = randomStream(5, 'names');
    const arms: RunArm[] = ['unpruned', 'source', 'ccm', 'pruned', 'scratch', 'random'];
    const plans = ['unpruned', 'pruned', 'pruned chip b0.5 c0.5 (seed 1)', 'net', 'net, seed 1', 'unpruned, seed 1', 'CCM alone'];
    for (let round = 0; round < 200; round++) {
      const runs = Array.from({ length: random.int(1, 30) }, (_, i) =>
        summary(`r${i}`, {
          name: plans[random.int(0, plans.length - 1)]!,
          arm: arms[random.int(0, arms.length - 1)]!,
          seed: random.int(1, 2),
          parent: random.int(0, 1) === 0 && i > 0 ? `r${random.int(0, i - 1)}` : null,
          pruning: random.int(0, 1) === 0 ? null : cut,
          study: random.int(0, 1) === 0 ? null : study,
        }),
      );
      const given = names(runs);
      expect(given).toHaveLength(runs.length);
      expect(new Set(given).size).toBe(runs.length);
    }
  });
  it.each([
    ['pruned chip b0.5 c0.25 types inherit (N8 D4 L8, seed 1)', true],
    ['CCM alone', true],
    ['random cut b0.5 c0.5', true],
    ['pruned net of mine', false],
    ['unpruned, twice', false],
  ])('%s was planned: %s', (name, planned) => expect(isPlanned({ name })).toBe(planned));
});

it('names a cut by the ratios of its blocks where they have their own', () =>
  expect(cutText(summary('a', { pruning: { ...cut, backbone: 0, blocks: [0.25, 0.5, 0] } }))).toBe('chip (.25 .5 0)/.5'));

it('names the cut that a run from scratch is a control for, as its plan does', () => {
  const small = (name: string, seed: number) =>
    summary(`${name} ${seed}`, { name, seed, arm: 'scratch', before: 'N8 D4 L1', pruning: null });
  const runs = ['b0 c0.5', 'b0.25 c0.5 types'].map((extent) => small(`from scratch ${extent} (N8 D4 L1, seed 1)`, 1));
  expect([...shortNames(runs, new Map()).values()]).toEqual(['from scratch 0/.5', 'from scratch .25/.5 types']);
  expect(cutText(small('from scratch', 1))).toBe('');
  expect(cutText(small('b0 c0.5, small', 1))).toBe('');
});
