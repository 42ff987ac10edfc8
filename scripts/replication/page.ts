/** The sections of docs/replication.md, from the files in docs/replication/. */
import { existsSync } from 'node:fs';
import { count, percent, real } from '../../src/shared/present/format.ts';
import { counting } from './questions/counting.ts';
import { questions } from './questions/index.ts';
import type { Question } from './questions/question.ts';
import { folder, readResult, type Replication } from './result.ts';
import { markdown, series, type Said } from './words.ts';

interface Section {
  title: string;
  answer: string;
  runs: number;
  hours: number;
  lines: string[];
}

const bullets = (title: string, sentences: readonly string[]): string[] =>
  sentences.length === 0 ? [] : [`**${title}**`, sentences.map((sentence) => `- ${sentence}`).join('\n')];

const said = ({ found, open }: Said): string[] => [
  ...bullets('Found', found),
  ...(open.length === 0 ? ['**Not confirmed.** Nothing that was asked has remained open.'] : bullets('Not confirmed', open)),
];

function factsOf({ name }: Question, { file, dataset, epochs, validation, seeds, made }: Replication): string[] {
  const heldOut = validation === 0 ? '' : `, ${percent(validation, 0)} of the former held out for validation`;
  const images = `${dataset.name} (${count(dataset.train)} + ${count(dataset.test)} images${heldOut})`;
  const length = epochs.fineTune === 0 ? `${epochs.train}` : `${epochs.train} + ${epochs.fineTune}`;
  const versions = Object.entries(made.versions).map(([what, version]) => `${what} ${version}`);
  const report = existsSync(new URL(`${name}.html.gz`, folder)) ? `, [report](replication/${name}.html.gz)` : '';
  return [
    `${count(made.runs)} runs on ${images}; epochs: ${length}; seeds: ${seeds.join(', ')}. Computed in ${real(made.hours, 2)} hours on ${made.machine}, with Capscope ${made.capscope}, ${series(versions)}. [Study file](../${file}), [statistics](replication/${name}.json)${report}. Again:`,
    `    npm run capscope -- study ${file}`,
  ];
}

function sectionOf(question: Question, result: Replication): Section {
  const { name, title, asked, caution, figures } = question;
  const there = figures.filter((figure) => existsSync(new URL(`${name}-${figure.name}.svg`, folder)));
  return {
    title,
    answer: question.answer(result),
    ...{ runs: result.made.runs, hours: result.made.hours },
    lines: [
      `**Asked.** ${asked}`,
      ...factsOf(question, result),
      `**${question.answer(result)}.**`,
      ...question.tables(result).map(markdown),
      ...there.map((figure) => `![${figure.text}](replication/${name}-${figure.name}.svg)`),
      ...said(question.says(result)),
      `**Not to be concluded.** ${caution}`,
    ],
  };
}

function countingSection(results: readonly Replication[]): Section[] {
  const counted = results.filter(({ recounts }) => recounts.length > 0);
  if (counted.length === 0) return [];
  const { title, asked, caution } = counting;
  const answer = counting.answer(counted);
  const lines = [`**Asked.** ${asked}`, `**${answer}.**`, markdown(counting.table(counted)), ...said(counting.says(counted))];
  return [{ title, answer, runs: 0, hours: 0, lines: [...lines, `**Not to be concluded.** ${caution}`] }];
}

/** As headings are linked to on GitHub. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, '')
    .replaceAll(/\s/g, '-');

/** What stands between the marks of the page, of all questions whose studies have been done. */
export function sections(): string {
  const done = questions.flatMap((question) => {
    const result = readResult(question.name);
    return result ? [{ question, result }] : [];
  });
  const all = [...done.map(({ question, result }) => sectionOf(question, result)), ...countingSection(done.map(({ result }) => result))];
  const overview = markdown({
    head: ['Question', 'Answer', 'Runs', 'Hours'],
    rows: all.map(({ title, answer, runs, hours }) => [
      `[${title}](#${anchorOf(title)})`,
      ...[answer, runs === 0 ? 'counted again' : count(runs), runs === 0 ? '' : real(hours, 2)],
    ]),
  });
  return [overview, ...all.flatMap(({ title, lines }) => [`## ${title}`, ...lines])].join('\n\n');
}

const place = /(<!-- replication -->)[^]*?(<!-- \/replication -->)/;

/** The page with its sections as the files have them; not formatted yet. */
export const withSections = (text: string): string =>
  text.replace(place, (_, start: string, end: string) => `${start}\n\n${sections()}\n\n${end}`);

/** What is written by hand. */
export const withoutSections = (text: string): string => text.replace(place, '');
