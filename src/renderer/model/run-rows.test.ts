import { describe, expect, it } from 'vitest';
import { summary } from '../../../test/renderer/example.ts';
import type { RunSummary } from '../../shared/contract/index.ts';
import { parseFilter } from './filter/parse.ts';
import { fieldOf, runFields } from './run-fields.ts';
import { byWords, filterTest, groupText, linesByLineage, linesOf, rowsOf, sortRows } from './run-rows.ts';

const cut = {
  criterion: 'chip',
  backbone: 0.5,
  blocks: null,
  capsules: 0.5,
  granularity: 'channel',
  capsuleLayers: 'reinitialise',
} as const;
const study = { id: 's', name: 'depth against D/N' };
const runs = [
  summary('u1', { name: 'unpruned (seed 1)', study, twinKey: 'k1', accuracy: 0.1, inactive: { total: 4, of: 4 } }),
  summary('u2', { name: 'unpruned (seed 2)', study, twinKey: 'k2', seed: 2, accuracy: 0.2 }),
  summary('s1', { name: 'source (seed 1)', study, role: 'source', accuracy: 0.5 }),
  summary('p1', {
    name: 'pruned (seed 1)',
    study,
    arm: 'pruned',
    role: 'pruned',
    pruning: cut,
    parent: 's1',
    twinKey: 'k1',
    accuracy: 0.8,
  }),
  summary('p2', {
    name: 'pruned (seed 2)',
    study,
    arm: 'pruned',
    role: 'pruned',
    pruning: cut,
    parent: 's1',
    twinKey: 'k2',
    seed: 2,
    accuracy: 0.9,
  }),
  summary('o', {
    name: 'mine',
    note: 'Ünusual',
    tags: ['paper'],
    gain: null,
    accuracy: null,
    favourite: true,
    created: '2026-02-01T10:00:00.000Z',
  }),
  summary('a', { name: 'old', archived: true }),
];
const rows = rowsOf(
  new Map(runs.map((run) => [run.id, run])),
  new Map([['p1', { run: 'p1', accuracy: [0.5, 0.85, 0.8], best: { epoch: 2, accuracy: 0.85, chosenOn: 'test' as const } }]]),
);
const found = (text: string) => {
  const { terms, problems } = parseFilter(text, runFields);
  expect(problems).toEqual([]);
  return rows.filter(filterTest(terms)).map(({ run }) => run.id);
};

describe('filtering runs', () => {
  it.each([
    ['', ['u1', 'u2', 's1', 'p1', 'p2', 'o']],
    ['acc > 0.8', ['p2']],
    ['acc >= 80%', ['p1', 'p2']],
    ['inactive = 100%', ['u1']],
    ['arm:pruned seed = 2', ['p2']],
    ['arm:pruned,source', ['s1', 'p1', 'p2']],
    ['-arm:pruned', ['u1', 'u2', 's1', 'o']],
    ['twin.acc < 0.15', ['p1']],
    ['-twin.acc < 0.15', ['u1', 'u2', 's1', 'p2', 'o']],
    ['delta = 70%', ['p1', 'p2']],
    ['best > 0.8', ['p1']],
    ['"seed 2"', ['u2', 'p2']],
    ['ünus', ['o']],
    ['tag:paper', ['o']],
    ['study:"depth against"', ['u1', 'u2', 's1', 'p1', 'p2']],
    ['study=depth', []],
    ['cut:chip backbone = 0.5', ['p1', 'p2']],
    ['created = 2026-02', ['o']],
    ['is:favourite', ['o']],
    ['is:archived', ['a']],
    ['gain > 0 -is:favourite acc < 0.3', ['u1', 'u2']],
  ])('by %s', (text, expected) => expect(found(text)).toEqual(expected));
  it('knows every field by the example that is offered for it', () => {
    for (const { example } of runFields) expect(parseFilter(example, runFields).problems, example).toEqual([]);
  });
});

describe('sorting runs', () => {
  const sorted = (key: string, descending: boolean) => sortRows(rows.slice(0, 6), { key, descending }).map(({ run }) => run.id);
  it('puts runs without a value last, whichever way', () => {
    expect(sorted('acc', true)).toEqual(['p2', 'p1', 's1', 'u2', 'u1', 'o']);
    expect(sorted('acc', false)).toEqual(['u1', 'u2', 's1', 'p1', 'p2', 'o']);
  });
  it('keeps equal ones as they were, descending the other way round', () => {
    expect(sorted('data', false)).toEqual(['u1', 'u2', 's1', 'p1', 'p2', 'o']);
    expect(sorted('data', true)).toEqual(['o', 'p2', 'p1', 's1', 'u2', 'u1']);
  });
});

describe('groups', () => {
  const said = (lines: ReturnType<typeof linesOf>) =>
    lines.map((line) => `${'  '.repeat(line.level)}${line.kind === 'group' ? line.label : line.row.run.id}`);
  it('nest in the order that is asked for, arms in that of a study', () =>
    expect(said(linesOf(rows.slice(0, 5), { by: ['study', 'arm'], folded: new Set() }))).toEqual([
      'depth against D/N',
      '  unpruned',
      '    u1',
      '    u2',
      '  pruned, chip .5/.5',
      '    p1',
      '    p2',
      '  source',
      '    s1',
    ]));
  it('keep to themselves what is folded', () => {
    const all = linesOf(rows.slice(0, 5), { by: ['arm'], folded: new Set() });
    const folded = linesOf(rows.slice(0, 5), { by: ['arm'], folded: new Set([all[0]!.path]) });
    expect(said(folded)).toEqual(['unpruned', 'pruned, chip .5/.5', '  p1', '  p2', 'source', '  s1']);
  });
  it('say mean and deviation, and of what has no mean what all have in common', () => {
    const pruned = rows.slice(3, 5);
    expect(groupText(pruned, fieldOf('acc'))).toBe('85.00\u202f% ± 7.07');
    expect(groupText(pruned, fieldOf('inactive'))).toBe('50\u202f% ± 0');
    expect(groupText(pruned, fieldOf('N'))).toBe('4');
    expect(groupText(pruned, fieldOf('seed'))).toBe('');
    expect(groupText(rows.slice(5, 6), fieldOf('acc'))).toBe('');
    expect(groupText(rows.slice(0, 1), fieldOf('acc'))).toBe('10.00\u202f%');
  });
});

it('lists each run before those cut from it', () =>
  expect(linesByLineage(rows.slice(0, 6)).map((line) => (line.kind === 'run' ? `${line.level} ${line.row.run.id}` : ''))).toEqual([
    '0 u1',
    '0 u2',
    '0 s1',
    '1 p1',
    '1 p2',
    '0 o',
  ]));

it('does all of it for thousands, naming each so that it can be told from the others', () => {
  const many = new Map<string, RunSummary>();
  for (let i = 0; i < 5000; i++)
    many.set(`r${i}`, summary(`r${i}`, { name: 'unpruned', seed: i % 5, study: { id: `s${i % 40}`, name: `study ${i % 40}` } }));
  expect(new Set(rowsOf(many, new Map()).map(({ name }) => name)).size).toBe(5000);
});

it('puts names that have the typed words as words first', () => {
  const names = ['unpruned (seed 1)', 'pruned (N16, seed 3)', 'pruned (N16, seed 1)', 'pruned'].map((name) => ({ name }));
  expect(byWords('pruned seed 1', names).map(({ name }) => name)).toEqual([
    'pruned (N16, seed 1)',
    'unpruned (seed 1)',
    'pruned (N16, seed 3)',
    'pruned',
  ]);
});
