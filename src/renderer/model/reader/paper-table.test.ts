import { describe, expect, it } from 'vitest';
import { resultsOfRuns, studyRuns } from '../../../../test/renderer/study-runs.ts';
import { headlineOf } from './sentences.ts';
import { conclusionText, paperTable, runsCsv, toJson, toLatex, toMarkdown } from './paper-table.ts';
import { pivotOf } from './pivot.ts';
import { runsById } from './values.ts';

const runs = studyRuns({ types: [8, 16], dims: [4], depths: [2, 6], seeds: 2, arms: ['unpruned', 'pruned'] });
const all = runsById(runs);
const factors = { rows: 'depth', columns: 'ratio' } as const;
const table = paperTable(pivotOf(runs, all, factors, 'inactive'), factors, 'inactive', all);

describe('the table for a paper', () => {
  it('has a group per row and a line per arm, with what changed against the twin', () => {
    expect(table.head).toEqual(['Arm', 'D/N = ¼', 'D/N = ½', 'Δ to twin']);
    expect(table.groups.map(({ name, rows }) => [name, rows.map(([arm]) => arm)])).toEqual([
      ['L = 2', ['unpruned', 'pruned']],
      ['L = 6', ['unpruned', 'pruned']],
    ]);
    const [unpruned, pruned] = table.groups[1]!.rows;
    expect(unpruned).toEqual(['unpruned', '100', '100', '']);
    expect(pruned!.at(-1)).toMatch(/^−\d/u);
    expect(table.caption).toMatch(/2 seeds$/);
    const alike = { ...factors, rows: null, columns: null };
    const same = runs.map((run) => ({ ...run, result: run.result && { ...run.result, inactiveShare: run.arm === 'pruned' ? 0 : 1 } }));
    const { groups } = paperTable(pivotOf(same, runsById(same), alike, 'inactive'), alike, 'inactive', runsById(same));
    expect(groups[0]!.rows.at(-1)!.at(-1), 'no interval of no width').toBe('−100');
  });

  it('is LaTeX with booktabs, whose signs are those of LaTeX', () => {
    const text = toLatex(table);
    expect(text).toContain('\\begin{tabular}{lrrr}\n  \\toprule\n  Arm & D/N = 1/4 & D/N = 1/2 & $\\Delta$ to twin \\\\\n  \\midrule');
    expect(text).toContain('\\multicolumn{4}{l}{L = 6}');
    expect(text.split('\n').slice(1).join('\n')).not.toMatch(/[−±Δ¼½\u202f]/u);
    // As many columns in every line.
    for (const line of text.split('\n').filter((one) => one.includes('&'))) expect(line.split('&')).toHaveLength(4);
  });

  it('is Markdown with as many cells in every line', () => {
    const lines = toMarkdown(table)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(lines).toHaveLength(2 + 4);
    for (const line of lines) expect(line.split('|')).toHaveLength(7);
  });
});

it('all runs are a line each, with exact values', () => {
  const [head, ...lines] = runsCsv(runs, all).trim().split('\n');
  expect(head).toContain('gain over critical gain');
  expect(lines).toHaveLength(runs.length);
  expect(lines[0]).toContain(String(runs[0]!.result!.accuracy));
});

it('the conclusion is copied with its statistics, and with what the cut stands for', () => {
  const results = resultsOfRuns(runs);
  const text = conclusionText('Depth', results);
  for (const { text: sentence } of results.conclusion) expect(text).toContain(sentence);
  expect(text.split('\n')[1]).toContain(headlineOf(results.conclusion)!.text);
  expect(text).toContain('chip b0.25 c0.5: cuts 25 % of the channels');
  expect(JSON.parse(toJson('Depth', results))).toMatchObject({ study: 'Depth', runs: { length: runs.length } });
});
