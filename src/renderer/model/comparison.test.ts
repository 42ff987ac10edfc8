import { describe, expect, it } from 'vitest';
import { toCsv, toJson, toLatex, toMarkdown } from './comparison-export.ts';
import { compare, defaultBaseline } from './comparison.ts';
import { detail, evaluation } from '../../../test/renderer/example.ts';

const base = detail('a', { summary: { name: 'base_1' } });
const other = detail('b', {
  summary: { name: 'cut | 50 %', role: 'pruned', params: 600 },
  training: { ccm: 0.01 },
  evaluation: evaluation({ accuracy: 0.8 }),
});
const paper = { criterion: 'mean-vector', threshold: 0.01 } as const;
const rows = compare([base, other], 'a', paper);
const row = (label: string) => rows.find((one) => one.label === label)!;

describe('compare', () => {
  it('puts settings that differ first', () => {
    const settings = rows.filter(({ section }) => section === 'settings');
    const differing = settings.filter(({ differs }) => differs).map(({ label }) => label);
    expect(differing).toEqual(['Role', 'CCM weight α']);
    expect(settings.slice(0, 2).map(({ label }) => label)).toEqual(differing);
  });
  it('subtracts the baseline, and says which way is better', () => {
    expect(row('Test accuracy').cells).toEqual([
      { text: '75.00\u202f%', value: 0.75, difference: null, verdict: null },
      { text: '80.00\u202f%', value: 0.8, difference: '+5.00\u202fpp', verdict: 'better' },
    ]);
    expect(row('Parameters').cells[1]).toMatchObject({ difference: '−40.0\u202f%', verdict: 'better' });
    expect(compare([base, other], 'b', paper).find(({ label }) => label === 'Parameters')!.cells[0]).toMatchObject({ verdict: 'worse' });
  });
  it('calls nothing better that is printed as the same', () => {
    const almost = detail('c', { summary: { params: base.summary.params - 1e-9 } });
    const [, cell] = compare([base, almost], 'a', paper).find(({ label }) => label === 'Parameters')!.cells;
    expect(cell!.difference).not.toMatch(/[1-9]/);
    expect(cell!.verdict).toBeNull();
  });
  it('counts inactive capsules anew at another threshold', () => {
    expect(row('Inactive capsules').cells[0]!.text).toBe('2 of 4 (50.0\u202f%)');
    expect(row('Inactive in Capsules 1').cells[0]!.text).toBe('1 of 2 (50.0\u202f%)');
    const strict = compare([base], 'a', { criterion: 'mean-vector', threshold: 0.25 });
    expect(strict.find(({ label }) => label === 'Inactive capsules')!.cells[0]).toMatchObject({
      text: '3 of 4 (75.0\u202f%)',
      value: 0.75,
    });
  });
  it('has no values for a run without a test', () => {
    const untested = compare([base, detail('c', { evaluation: null })], 'a', paper);
    expect(untested.find(({ label }) => label === 'Test loss')!.cells[1]).toEqual({
      text: '–',
      value: null,
      difference: null,
      verdict: null,
    });
  });
});

describe('defaultBaseline', () => {
  it('is the unpruned run of a pruned one’s seed', () => {
    const source = detail('s', { summary: { role: 'source' } });
    expect(defaultBaseline([source, other, base])).toBe('a');
    expect(defaultBaseline([source, other])).toBe('s');
    expect(defaultBaseline([])).toBeNull();
  });
});

describe('exports', () => {
  const comparison = { runs: [base, other], baseline: 'a', inactivity: paper, rows };
  it('writes exact values to CSV, with a column per difference', () => {
    const lines = toCsv(comparison).split('\n');
    expect(lines[0]).toBe(',base_1,cut | 50 %,"cut | 50 %, difference"');
    expect(lines).toContain('Test accuracy (share),0.75,0.8,+5.00\u202fpp');
  });
  it('writes whole runs to JSON', () => {
    const document = JSON.parse(toJson(comparison)) as { baseline: string; runs: { values: Record<string, unknown> }[] };
    expect(document.baseline).toBe('a');
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
