/**
 * Writes docs/replication/ and the sections of docs/replication.md from a database in which studies of the replication
 * (resources/studies/replication-*.json) have been run. Studies that have not ended are left out, and what there is of them stays.
 *
 *     npm run replication -- --db <file>
 *
 * Networks are looked at on images first, where they have not been: what is found is kept in the database. Reports and figures are
 * large, and stay as they are as long as their runs do; `--again` makes them anew. Figures need Chromium, and stay without it.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Command, CommanderError, Option } from 'commander';
import { format, resolveConfig } from 'prettier';
import { readStudy } from '../src/cli/study-file.ts';
import { InputError } from '../src/shared/input-error.ts';
import { Store } from '../src/store/store.ts';
import { reportPage } from '../src/workbench/node-host.ts';
import { resultsOf } from '../src/workbench/outcomes.ts';
import { filledPage, reportData } from '../src/workbench/report.ts';
import { bordersOf } from './replication/border.ts';
import { collect, endedStudy, type Collected, type Finished } from './replication/collect.ts';
import { cutAtHalf } from './replication/cuts.ts';
import { figuresOf, withBrowser } from './replication/figures.ts';
import { withSections } from './replication/page.ts';
import { withLooks } from './replication/looks.ts';
import { pairingsOf } from './replication/pairings.ts';
import { questions } from './replication/questions/index.ts';
import type { Question } from './replication/questions/question.ts';
import { recountsOf } from './replication/recounts.ts';
import { folder, readResult, textOf, type Replication } from './replication/result.ts';

export const document = new URL('../docs/replication.md', import.meta.url);

interface Done extends Finished {
  question: Question;
  collected: Collected;
}

function resultOf(store: Store, { question, results, collected }: Done, all: readonly Done[]): Replication {
  const { borrows, pairs } = question;
  const lender = borrows && all.find((other) => other.question.name === borrows.from)?.collected;
  const cut = lender && cutAtHalf(lender.runs);
  const lent = lender?.runs.filter(({ arm, pruning }) => pruning === cut && borrows!.arms.includes(arm)) ?? [];
  return {
    ...collected,
    borrowed: lender ? { study: lender.study, runs: lent } : null,
    pairings: pairs ? pairingsOf(pairs(collected.runs, lent)) : [],
    recounts: question.recounts ? recountsOf(store, results.runs) : [],
    borders: question.borders ? bordersOf(collected.runs) : null,
  };
}

const inFolder = (name: string): string => fileURLToPath(new URL(name, folder));

/** Report and figures, which show what the statistics are of. */
async function show(store: Store, { question: { name, figures }, study, runs }: Done): Promise<void> {
  const data = reportData(store, { title: study.spec.name, runs, settings: study.spec });
  // Correlation matrices of feature maps are most of a report, and nothing here is about them.
  const lean = data.runs.map(({ analysis, ...run }) => ({
    ...run,
    analysis: analysis && { ...analysis, correlation: analysis.correlation.map((layer) => ({ ...layer, matrix: [] })) },
  }));
  const html = filledPage(await reportPage(), { ...data, runs: lean });
  writeFileSync(inFolder(`${name}.html.gz`), gzipSync(html, { level: 9 }));
  const temporary = mkdtempSync(join(tmpdir(), 'capscope-replication-'));
  try {
    const file = join(temporary, 'report.html');
    writeFileSync(file, html);
    const missing = await withBrowser(async (browser) => {
      for (const [figure, svg] of await figuresOf(browser, file, figures)) writeFileSync(inFolder(`${name}-${figure}.svg`), svg);
    });
    if (missing !== null) console.log(`${name}: no figures. ${missing}`);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

const isShown = ({ name, figures }: Question): boolean =>
  [`${name}.html.gz`, ...figures.map((figure) => `${name}-${figure.name}.svg`)].every((file) => existsSync(inFolder(file)));

/** With all that is between its marks as the files in docs/replication/ have it. */
export async function filledDocument(text: string): Promise<string> {
  const filepath = fileURLToPath(document);
  return format(withSections(text), { ...(await resolveConfig(filepath)), filepath });
}

async function write(db: string, studies: string, again: boolean): Promise<void> {
  if (!existsSync(db)) throw new InputError(`there is no database ${db}`);
  mkdirSync(folder, { recursive: true });
  const store = new Store(db);
  try {
    const done: Done[] = [];
    await withLooks(store, async (look) => {
      for (const question of questions) {
        const file = `replication-${question.name}.json`;
        const say = (what: string) => console.log(`${question.name}: ${what}`);
        const { ended, progress } = endedStudy(store, readStudy(join(studies, file)).spec);
        if (!ended) {
          say(`left out, ${progress}`);
          continue;
        }
        await look(ended.runs, say);
        const finished = { ...ended, results: resultsOf(store, ended.runs) };
        done.push({ ...finished, question, collected: collect(store, finished, `resources/studies/${file}`) });
      }
    });
    for (const one of done) {
      const { name } = one.question;
      const before = readResult(name);
      writeFileSync(inFolder(`${name}.json`), textOf(resultOf(store, one, done)));
      const same = before !== null && JSON.stringify(before.runs) === JSON.stringify(readResult(name)!.runs);
      if (again || !same || !isShown(one.question)) await show(store, one);
      console.log(`${name}: ${same ? 'the same runs' : 'written'}`);
    }
  } finally {
    store.close();
  }
  writeFileSync(document, await filledDocument(readFileSync(document, 'utf8')));
}

interface Options {
  db?: string;
  studies: string;
  again?: true;
}

const ownStudies = fileURLToPath(new URL('../resources/studies/', import.meta.url));

export async function main(args: string[]): Promise<number> {
  const program = new Command('replication')
    .description('Write docs/replication.md and docs/replication/ from the finished studies of a database.')
    .option('--db <file>', 'database in which the studies have been run')
    .addOption(new Option('--studies <folder>', 'where the study files are').default(ownStudies, 'resources/studies'))
    .option('--again', 'make reports and figures anew, also of the same runs')
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .showSuggestionAfterError(false)
    .action(({ db, studies, again }: Options) => {
      if (db === undefined) throw new InputError('name the database of the studies: --db <file>');
      return write(db, studies, again ?? false);
    });
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (!(error instanceof CommanderError || error instanceof InputError)) throw error;
    console.error(`replication: ${error.message.replace(/^error: /, '')}`);
    return 2;
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
