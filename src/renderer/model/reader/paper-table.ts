/** The numbers of a pivot as a table for a paper, and everything that is known as files. */
import { mixedKinds } from '../../../shared/computed-on.ts';
import Papa from 'papaparse';
import { armNames } from '../../../shared/spec/arms.ts';
import type { StudyResults, StudyRun } from '../../../shared/study-result.ts';
import { factorNames, factors } from '../../../shared/study-factors.ts';
import { latex } from '../latex.ts';
import { valueText } from './brush.ts';
import { headlineOf } from './sentences.ts';
import { cutsOfPivot, hasCutIntervals, missingText, type Pivot, type PivotFactors } from './pivot.ts';
import { shownOf, summaryOf, summaryText, type RunsById, type ShownName, type Summary, type Shown } from './values.ts';

export interface PaperTable {
  /** What the numbers are, in one line. */
  caption: string;
  head: string[];
  /** By value of the row factor, each with its own name in front; empty where there is one. */
  groups: { name: string; rows: string[][] }[];
}

const changes = { inactive: 'inactive-change', accuracy: 'accuracy-change' } as const;

/** "−45 [−59, −31]"; what is the same in all has no interval to speak of. */
function withInterval({ mean, ci95, range }: Summary, { short }: Shown): string {
  return ci95 && range[0] !== range[1] ? `${short(mean)} [${short(ci95[0])}, ${short(ci95[1])}]` : short(mean);
}

export function paperTable(pivot: Pivot, { rows, columns }: PivotFactors, name: ShownName, all: RunsById): PaperTable {
  const shown = shownOf(name);
  // Beside shares, what changed against the twin; differences are that already.
  const change = name in changes ? shownOf(changes[name as keyof typeof changes]) : null;
  const unit = shown.difference ? 'pp' : '%';
  const cuts = cutsOfPivot(pivot);
  const seeds = new Set(Array.from(all.values(), ({ seed }) => seed)).size;
  const networks = new Set(Array.from(all.values(), ({ network }) => network)).size;
  const groups = pivot.rows.map(({ value, cells }) => ({
    name: rows === null || value === null ? '' : valueText(rows, value),
    rows: pivot.arms
      .filter((arm) => !shown.difference || arm !== 'unpruned')
      .map((arm) => {
        const ofArm = cells.map(({ arms }) => arms.find((one) => one.arm === arm)!);
        const numbers = ofArm.map((one) => (one.summary ? summaryText(one.summary, shown) : missingText(one)));
        if (!change) return [armNames[arm], ...numbers];
        const differences = ofArm.flatMap(({ marks }) =>
          marks.flatMap(({ run }) => {
            const difference = change.of(run, all);
            return difference === null ? [] : [{ network: run.network, seed: run.seed, value: difference }];
          }),
        );
        const summary = summaryOf(differences, change);
        return [armNames[arm], ...numbers, summary ? withInterval(summary, change) : ''];
      }),
  }));
  const heads = pivot.columns.map(({ value }) => (columns === null || value === null ? shown.label : valueText(columns, value)));
  return {
    caption: `${shown.label}, ${unit}: mean ± half of the 95 % interval${hasCutIntervals(pivot) ? ', or the interval where it ends at what is possible' : ''}${cuts === '' ? '' : `; ${cuts}`}${change ? '; Δ: against the own twin, pp' : ''}; no interval: the same in all. ${networks} ${networks === 1 ? 'network' : 'networks'}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`,
    head: ['Arm', ...heads, ...(change ? ['Δ to twin'] : [])],
    groups,
  };
}

/** Needs the package booktabs. */
export function toLatex({ caption, head, groups }: PaperTable): string {
  const line = (cells: string[]) => `  ${cells.map(latex).join(' & ')} \\\\`;
  const body = groups.flatMap(({ name, rows }, i) => [
    ...(i > 0 ? ['  \\midrule'] : []),
    ...(name === '' ? [] : [`  \\multicolumn{${head.length}}{l}{${latex(name)}} \\\\`]),
    ...rows.map(line),
  ]);
  return [
    `% ${caption}`,
    `\\begin{tabular}{l${'r'.repeat(head.length - 1)}}`,
    '  \\toprule',
    line(head),
    '  \\midrule',
    ...body,
    '  \\bottomrule',
    '\\end{tabular}',
    '',
  ].join('\n');
}

export function toMarkdown({ caption, head, groups }: PaperTable): string {
  const line = (cells: string[]) => `| ${cells.map((text) => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|')).join(' | ')} |`;
  const named = groups.some(({ name }) => name !== '');
  const rows = groups.flatMap(({ name, rows: ofGroup }) => ofGroup.map((row) => line(named ? [name, ...row] : row)));
  const heads = named ? ['', ...head] : head;
  return [line(heads), `|${heads.map((_, i) => (i < (named ? 2 : 1) ? ' --- |' : ' ---: |')).join('')}`, ...rows, '', caption, ''].join(
    '\n',
  );
}

/** Of a difference: what comes behind them is what subtracting leaves. */
const DIGITS = 12;

/** A line per run, with exact values. */
export function runsCsv(runs: readonly StudyRun[], all: RunsById): string {
  const used = factorNames.filter((name) => name !== 'network' && runs.some((run) => run.factors[name] !== undefined));
  const exact = ['inactive', 'accuracy', 'inactive-change', 'accuracy-change'] as const;
  const head = [
    ...['id', 'network', 'arm', 'cut', 'seed', 'twin', 'status'],
    ...used.map((name) => factors[name].label),
    ...['gain', 'gain over critical gain', 'forecast', 'collapsed'],
    ...exact.map((name) => `${shownOf(name).label} (share)`),
  ];
  const lines = runs.map((run) => [
    ...[run.id, run.network, run.arm, run.pruning ?? '', run.seed, run.twin ?? '', run.status],
    ...used.map((name) => run.factors[name] ?? ''),
    ...[run.gain ?? '', run.overCritical ?? '', run.forecast ?? '', run.result ? Number(run.result.collapsed) : ''],
    ...exact.map((name) => {
      const { of, difference } = shownOf(name);
      const value = of(run, all);
      return value === null ? '' : difference ? Number(value.toPrecision(DIGITS)) : value;
    }),
  ]);
  return Papa.unparse([head, ...lines], { newline: '\n' });
}

export const toJson = (title: string, results: StudyResults): string => JSON.stringify({ study: title, ...results }, null, 2);

/** The conclusion to be pasted into a text: each sentence has its statistics in it. */
export function conclusionText(title: string, { conclusion, cuts, kinds, testImages }: StudyResults): string {
  const mixed = mixedKinds(kinds);
  const headline = headlineOf(conclusion);
  return [
    title,
    ...(headline ? [`${headline.place}: ${headline.text}`] : []),
    '',
    ...conclusion.map(({ text }) => `- ${text}`),
    '',
    ...cuts.map(({ name, words }) => `${name}: ${words}.`),
    `Differences are paired by seed (t test, 95 % intervals, p corrected by Holm); networks together count once each, by the mean over their seeds.${
      testImages === null ? '' : ` ${testImages} test images.`
    }`,
    ...(mixed === null ? kinds.map(({ name }) => `Computed on ${name}.`) : [mixed]),
    '',
  ].join('\n');
}
