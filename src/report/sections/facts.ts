/** The head of the report: what was done, with what, and which runs it shows. */
import type { ReportData } from '../data.ts';
import { count, minute } from '../../shared/present/format.ts';
import { sample } from '../charts/legend.ts';
import { markup, type Html } from '../markup.ts';
import type { RunView } from '../runs.ts';

export function header({ title, date, engine, versions, dataset, runs }: ReportData): Html {
  const { height, width, channels, classes } = dataset.input;
  const seeds = [...new Set(runs.map(({ record }) => record.seed))];
  const facts: [string, string][] = [
    ['Data set', dataset.name],
    ['Images', `${count(dataset.train)} training, ${count(dataset.test)} test, ${height} × ${width} × ${channels}, ${classes} classes`],
    ['Runs', count(runs.length)],
    [seeds.length > 1 ? 'Seeds' : 'Seed', seeds.join(', ')],
    ['Engine', engine],
    [
      'Versions',
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['Date', minute(date)],
    ['Data fingerprint', dataset.fingerprint.slice(0, 16)],
  ];
  return markup`<header><p class="kind">Capscope study report</p><h1>${title}</h1><dl class="facts">${facts.map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl></header>`;
}

/** More runs than this get buttons that tick all of them, or none. */
const PICK_ALL = 4;

/** The legend of all charts. Unticking a run hides it everywhere, pointing at it dims the others. */
export function runPicker(runs: readonly RunView[]): Html {
  return markup`<nav class="picker" aria-label="Runs shown"><ul>${runs.length > PICK_ALL && markup`<li hidden><button type="button" data-show="all">Show all</button><button type="button" data-show="none">None</button></li>`}${runs.map(
    (run) =>
      markup`<li id="chip-${run.index}"><label><input type="checkbox" id="show-${run.index}" checked><svg class="sample" viewBox="0 0 28 12" aria-hidden="true">${sample(run)}</svg>${run.record.name}</label></li>`,
  )}</ul></nav>`;
}
