import { describe, expect, it } from 'vitest';
import { toCsv, toJson, toLatex, toMarkdown } from './comparison-export.ts';
import type { RunSummary } from '../../shared/contract/index.ts';
import { basesOf, compare, inactiveOf } from './comparison.ts';
import { detail, evaluation } from '../../../test/renderer/example.ts';

const base = detail('a', { summary: { name: 'base_1' } });
const other = detail('b', {
  summary: { name: 'cut | 50 %', role: 'pruned', params: 600 },
  training: { ccm: 0.01 },
  evaluation: evaluation({ accuracy: 0.8 }),
});
const paper = { criterion: 'mean-vector', threshold: 0.01 } as const;
const against = (id: string) => basesOf([base, other], id);
const rows = compare([base, other], against('a'), paper);
const row = (label: string) => rows.find((one) => one.label === label)!;

describe('compare', () => {
  it('puts settings that differ first', () => {
    const settings = rows.filter(({ section }) => section === 'settings');
    const differing = settings.filter(({ differs }) => differs).map(({ label }) => label);
    expect(differing).toEqual(['Arm', 'CCM weight α']);
    expect(settings.slice(0, 2).map(({ label }) => label)).toEqual(differing);
  });
  it('subtracts the baseline, and says which way is better', () => {
    expect(row('Test accuracy').cells).toEqual([
      { text: '75.00\u202f%', value: 0.75, difference: null, verdict: null },
      { text: '80.00\u202f%', value: 0.8, difference: '+5.00\u202fpp', verdict: 'better' },
    ]);
    expect(row('Parameters').cells[1]).toMatchObject({ difference: '−40.0\u202f%', verdict: 'better' });
    expect(compare([base, other], against('b'), paper).find(({ label }) => label === 'Parameters')!.cells[0]).toMatchObject({
      verdict: 'worse',
    });
  });
  it('calls nothing better that is printed as the same', () => {
    const almost = detail('c', { summary: { params: base.summary.params - 1e-9 } });
    const [, cell] = compare([base, almost], basesOf([base, almost], 'a'), paper).find(({ label }) => label === 'Parameters')!.cells;
    expect(cell!.difference).not.toMatch(/[1-9]/);
    expect(cell!.verdict).toBeNull();
  });
  it('counts inactive capsules anew at another threshold', () => {
    expect(row('Inactive capsules').cells[0]!.text).toBe('2 of 4 (50.0\u202f%)');
    expect(row('Inactive in Capsules 1').cells[0]!.text).toBe('1 of 2 (50.0\u202f%)');
    const strict = compare([base], new Map(), { criterion: 'mean-vector', threshold: 0.25 });
    expect(strict.find(({ label }) => label === 'Inactive capsules')!.cells[0]).toMatchObject({
      text: '3 of 4 (75.0\u202f%)',
      value: 0.75,
    });
  });
  it('has no values for a run without a test', () => {
    const untested = compare([base, detail('c', { evaluation: null })], new Map([['c', 'a']]), paper);
    expect(untested.find(({ label }) => label === 'Test loss')!.cells[1]).toEqual({
      text: '–',
      value: null,
      difference: null,
      verdict: null,
    });
  });
});

describe('a run is held against', () => {
  const run = (id: string, change: Partial<RunSummary>, accuracy = 0.5) =>
    detail(id, { summary: change, evaluation: evaluation({ accuracy }) });
  const n4 = run('u4', { twinKey: 'N4 1' }, 0.3);
  const n12 = run('u12', { twinKey: 'N12 1' }, 0.6);
  const cut = (id: string, twinKey: string, accuracy: number) => run(id, { role: 'pruned', twinKey, pruning: null }, accuracy);

  it('its own twin, where two networks of the same depth are compared', () => {
    const runs = [n4, n12, cut('p4', 'N4 1', 0.4), cut('p12', 'N12 1', 0.4)];
    const bases = basesOf(runs, null);
    expect(Object.fromEntries(bases)).toEqual({ p4: 'u4', p12: 'u12' });
    const { cells } = compare(runs, bases, paper).find(({ id }) => id === 'accuracy')!;
    expect(cells.map(({ difference }) => difference)).toEqual([null, null, '+10.00\u202fpp', '−20.00\u202fpp']);
  });
  it('the one that is asked for', () => {
    expect(Object.fromEntries(basesOf([n4, n12], 'u12'))).toEqual({ u4: 'u12' });
    expect(basesOf([n4, n12], null).size).toBe(0);
  });
  it('and is neither better nor worse where its seeds do not agree', () => {
    const second = run('v4', { twinKey: 'N4 2', seed: 2 }, 0.3);
    const verdicts = (other: number) => {
      const runs = [n4, second, cut('p1', 'N4 1', 0.4), cut('p2', 'N4 2', other)];
      return compare(runs, basesOf(runs, null), paper)
        .find(({ id }) => id === 'accuracy')!
        .cells.map(({ verdict }) => verdict);
    };
    expect(verdicts(0.2)).toEqual([null, null, null, null]);
    expect(verdicts(0.401)).toEqual([null, null, 'better', 'better']);
  });
});

describe('exports', () => {
  const comparison = { runs: [base, other], bases: against('a'), inactivity: paper, rows };
  it('writes exact values to CSV, with a column per difference', () => {
    const lines = toCsv(comparison).split('\n');
    expect(lines[0]).toBe(',base_1,cut | 50 %,"cut | 50 %, difference"');
    expect(lines).toContain('Test accuracy (share),0.75,0.8,+5.00\u202fpp');
  });
  it('writes whole runs to JSON', () => {
    const document = JSON.parse(toJson(comparison)) as { runs: { heldAgainst: string | null; values: Record<string, unknown> }[] };
    expect(document.runs.map(({ heldAgainst }) => heldAgainst)).toEqual([null, 'a']);
    expect(document.runs[1]!.values).toMatchObject({ accuracy: 0.8, params: 600, 'inactive.capsules.1': 0.5 });
  });
  it('escapes names in Markdown and LaTeX, and leaves out settings that do not differ', () => {
    const markdown = toMarkdown(comparison);
    expect(markdown).toContain('|  | base_1 | cut \\| 50 % |');
    expect(markdown).not.toContain('Batch size');
    const table = toLatex(comparison);
    expect(table).toContain('base\\_1 & cut | 50 \\% \\\\');
    expect(table).toContain('CCM weight $\\alpha$');
    expect(table).toContain('600 ($-$40.0\\,\\%)');
  });
});

it('counts inactive capsules once for all parts of a page, and anew by another rule', () => {
  const run = detail('r', { evaluation: evaluation() });
  const rule = { criterion: 'mean-vector', threshold: 0.01 } as const;
  const first = inactiveOf(run, rule);
  expect(inactiveOf(run, { ...rule })).toBe(first);
  expect(inactiveOf(run, { ...rule, threshold: 0.9 })).toMatchObject({ threshold: 0.9, total: first!.of });
  expect(inactiveOf({ evaluation: null }, rule)).toBeNull();
});
