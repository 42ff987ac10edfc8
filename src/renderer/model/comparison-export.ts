/** The comparison's table as files: CSV, JSON, Markdown and LaTeX. */
import Papa from 'papaparse';
import type { RunDetail } from '../../shared/contract/index.ts';
import type { Inactivity, Row } from './comparison.ts';
import { latex } from './latex.ts';

export interface Comparison {
  runs: readonly RunDetail[];
  /** What each run is held against, by id. */
  bases: ReadonlyMap<string, string>;
  inactivity: Inactivity;
  rows: readonly Row[];
}

export const exportFormats = {
  csv: { name: 'CSV', extension: 'csv', print: toCsv },
  json: { name: 'JSON', extension: 'json', print: toJson },
  markdown: { name: 'Markdown', extension: 'md', print: toMarkdown },
  latex: { name: 'LaTeX table', extension: 'tex', print: toLatex },
} satisfies Record<string, { name: string; extension: string; print: (comparison: Comparison) => string }>;
export type ExportFormat = keyof typeof exportFormats;

const names = ({ runs }: Comparison) => runs.map(({ summary }) => summary.name);

/** One line per setting and result, one column per run, and one more per run that is held against another, for the difference. Values are exact, in the unit that stands behind their name. */
export function toCsv(comparison: Comparison): string {
  const others = comparison.runs.map(({ summary }, i) => ({ summary, i })).filter(({ summary }) => comparison.bases.has(summary.id));
  const head = ['', ...names(comparison), ...others.map(({ summary }) => `${summary.name}, difference`)];
  const lines = comparison.rows.map(({ label, unit, cells }) => {
    const difference = others.map(({ i }) => cells[i]?.difference ?? '');
    return [unit ? `${label} (${unit})` : label, ...cells.map(({ value }) => value ?? ''), ...difference];
  });
  return Papa.unparse([head, ...lines], { newline: '\n' });
}

export function toJson({ runs, bases, inactivity, rows }: Comparison): string {
  const document = {
    inactivity,
    runs: runs.map(({ summary, spec, evaluation }, i) => ({
      id: summary.id,
      name: summary.name,
      arm: summary.arm,
      parent: summary.parent,
      heldAgainst: bases.get(summary.id) ?? null,
      spec,
      values: Object.fromEntries(rows.filter(({ section }) => section === 'results').map(({ id, cells }) => [id, cells[i]!.value])),
      evaluation,
    })),
  };
  return JSON.stringify(document, null, 2);
}

/** What is worth printing: settings that differ, and results that some run has. */
function printed({ rows }: Comparison): readonly Row[] {
  return rows.filter((row) => (row.section === 'settings' ? row.differs : row.cells.some(({ value }) => value !== null)));
}

const notesIn = (comparison: Comparison) => printed(comparison).flatMap(({ note }) => note ?? []);

const withDifference = ({ text, difference }: Row['cells'][number]) => (difference === null ? text : `${text} (${difference})`);

export function toMarkdown(comparison: Comparison): string {
  const cell = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  const lines = printed(comparison).map(({ label, cells }) => line([label, ...cells.map(withDifference)]));
  const head = line(['', ...names(comparison)]);
  const notes = notesIn(comparison).map((note) => `\n${note}\n`);
  return `${[head, `| --- |${' ---: |'.repeat(comparison.runs.length)}`, ...lines].join('\n')}\n${notes.join('')}`;
}

/** Needs the package booktabs. */
export function toLatex(comparison: Comparison): string {
  const line = (cells: string[]) => `  ${cells.map(latex).join(' & ')} \\\\`;
  const rows = printed(comparison);
  const section = (name: Row['section']) =>
    rows.filter((row) => row.section === name).map(({ label, cells }) => line([label, ...cells.map(withDifference)]));
  const [settings, results] = [section('settings'), section('results')];
  return [
    `\\begin{tabular}{l${'r'.repeat(comparison.runs.length)}}`,
    '  \\toprule',
    line(['', ...names(comparison)]),
    '  \\midrule',
    ...settings,
    ...(settings.length > 0 && results.length > 0 ? ['  \\midrule'] : []),
    ...results,
    '  \\bottomrule',
    '\\end{tabular}',
    ...notesIn(comparison).map((note) => `\n${latex(note)}`),
    '',
  ].join('\n');
}
