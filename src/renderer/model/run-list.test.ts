import { describe, expect, it } from 'vitest';
import type { RunSummary } from '../../shared/contract/index.ts';
import { summary } from '../../../test/renderer/example.ts';
import { byLineage, everyRun, family, filterRuns, sortRuns } from './run-list.ts';

const ids = (runs: { id: string }[]) => runs.map(({ id }) => id).join('');

describe('filterRuns', () => {
  const runs = [
    summary('a', { name: 'deep net', tags: ['paper'] }),
    summary('b', { name: 'shallow net', note: 'paper', status: 'failed' }),
    summary('c', { archived: true, favourite: true }),
  ];
  it('wants every word somewhere', () => expect(ids(filterRuns(runs, { ...everyRun, search: 'NET paper' }))).toBe('ab'));
  it('looks into one field when told to', () => expect(ids(filterRuns(runs, { ...everyRun, search: 'tag:paper' }))).toBe('a'));
  it('takes an unknown field for a word', () => expect(ids(filterRuns(runs, { ...everyRun, search: 'colour:red' }))).toBe(''));
  it('shows archived runs apart', () => expect(ids(filterRuns(runs, { ...everyRun, archived: true, favourites: true }))).toBe('c'));
  it('filters by status', () => expect(ids(filterRuns(runs, { ...everyRun, status: 'failed' }))).toBe('b'));
});

describe('sortRuns', () => {
  const runs = [summary('a', { accuracy: null }), summary('b', { accuracy: 0.5 }), summary('c', { accuracy: 0.9 })];
  it('puts missing values last both ways', () => {
    expect(ids(sortRuns(runs, { key: 'accuracy', descending: true }))).toBe('cba');
    expect(ids(sortRuns(runs, { key: 'accuracy', descending: false }))).toBe('bca');
  });
  it('counts numbers in names', () => {
    const named = ['x10', 'x9'].map((name) => summary(name, { name }));
    expect(ids(sortRuns(named, { key: 'name', descending: false }))).toBe('x9x10');
  });
});

describe('lineage', () => {
  const runs = [summary('child', { parent: 'root' }), summary('root'), summary('grandchild', { parent: 'child' }), summary('orphan', { parent: 'gone' })]; // prettier-ignore
  it('puts what was cut under what it was cut from', () =>
    expect(byLineage(runs).map(({ run, level }) => `${run.id} ${level}`)).toEqual(['root 0', 'child 1', 'grandchild 2', 'orphan 0']));
  it('knows ancestors and children of a run', () => {
    const all = new Map(runs.map((run) => [run.id, run]));
    const { ancestors, children } = family(all.get('child')!, all);
    expect([ids(ancestors), ids(children)]).toEqual(['root', 'grandchild']);
  });
});

it('looks at each of two thousand runs about as often as a sort compares', () => {
  let looks = 0;
  const counted = (run: RunSummary) => new Proxy(run, { get: (target, key) => (looks++, Reflect.get(target, key) as unknown) });
  const many = Array.from({ length: 2000 }, (_, i) => counted(summary(`${i}`, { accuracy: (i * 7919) % 1000 / 1000 }))); // prettier-ignore
  const found = sortRuns(filterRuns(many, { ...everyRun, search: 'run 1' }), { key: 'accuracy', descending: true });
  expect(found).toHaveLength(1271);
  // A sort of n compares fewer than n · log₂ n times, each time two runs; a filter reads a dozen fields. Every run with every other would be millions.
  expect(looks).toBeLessThan(2000 * (2 * Math.log2(2000) + 12));
});
