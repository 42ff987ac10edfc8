/**
 * `npm run bench:window`: how the workbench's pages do with thousands of runs and long curves, in a headless Chromium.
 * Long tasks are what a person feels as stutter; their processor time says how long the page itself takes, whatever
 * else the machine does.
 */
import { Command, Option } from 'commander';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { integerBetween, jsonOption, print, printJson } from '../src/cli/options.ts';
import { table } from '../src/cli/table.ts';
import { startServer } from '../src/server/server.ts';
import { chromium as browserProgram, launchOptions } from '../test/chromium.ts';
import { openDesktop } from '../test/e2e/desktop.ts';
import { machine, machineLine, progress, withFolder } from './program.ts';
import { best, measure, openPage, settle, type Action, type Measured } from './window/actions.ts';
import { TASK_LIMIT, windowBars } from './window/bars.ts';
import { writeDatabase } from './window/database.ts';
import { studyRound, writeStudy } from './window/study.ts';
import { startScriptedTrainer } from './window/trainer.ts';

interface Options {
  runs: number;
  epochs: number;
  points: number;
  seeds: number;
  rounds: number;
  only?: Part;
  json?: true;
}

const parts = ['runs', 'studies'] as const;
type Part = (typeof parts)[number];

/** Milliseconds. */
interface Start {
  /** From the start of the application's process to its window's first content, and until the runs are listed. */
  window: number;
  windowListed: number;
  /** Browser mode: from the start of the process until it serves; from there to the first content; and until the runs are listed. */
  serving: number;
  firstPaint: number;
  listed: number;
}

const cli = fileURLToPath(new URL('../src/cli/start.mjs', import.meta.url));
const resources = fileURLToPath(new URL('../resources/', import.meta.url));

const rows = (page: Page) => page.locator('tbody tr[aria-rowindex]');

/** On the clock that all processes share. */
const clock = () => performance.timeOrigin + performance.now();

const firstPaintOf = (page: Page) => page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]!.startTime);

/** With Electron's program if it is here, else with its stand-in; its Chromium has to start, too. */
async function measureWindow(folder: string): Promise<Pick<Start, 'window' | 'windowListed'>> {
  const begin = clock();
  const { page, close } = await openDesktop({ userData: folder });
  try {
    await rows(page).first().waitFor();
    const windowListed = clock() - begin;
    const opened = await page.evaluate(() => performance.timeOrigin);
    return { window: opened + (await firstPaintOf(page)) - begin, windowListed };
  } finally {
    await close();
  }
}

async function measureServing(browser: Browser, database: string): Promise<Pick<Start, 'serving' | 'firstPaint' | 'listed'>> {
  const begin = performance.now();
  const server = spawn(process.execPath, [cli, 'serve', '--no-open', '--db', database], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    let url = '';
    for await (const line of createInterface({ input: server.stdout })) if ((url = /http:\S+/.exec(line)?.[0] ?? '') !== '') break;
    const serving = performance.now() - begin;
    const page = await browser.newPage();
    const opened = performance.now();
    await page.goto(url);
    await rows(page).first().waitFor();
    const listed = performance.now() - opened;
    const firstPaint = await firstPaintOf(page);
    await page.close();
    return { serving, firstPaint, listed };
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

async function scroll(page: Page): Promise<void> {
  await page.locator('.scroller').hover();
  for (const delta of [1500, -1500])
    for (let i = 0; i < 50; i++) {
      await page.mouse.wheel(0, delta);
      await page.waitForTimeout(16);
    }
}

async function group(page: Page, by: string): Promise<void> {
  await page.getByRole('button', { name: 'Group by another' }).click();
  await page.getByRole('menuitem', { name: by, exact: true }).click();
}

async function ungroup(page: Page): Promise<void> {
  for (const by of ['network', 'arm']) await page.getByRole('button', { name: `Do not group by ${by}` }).click();
}

/** What a person does in the list of runs. */
const listActions: Action[] = [
  ['scroll from top to end and back', (page) => scroll(page)],
  [
    'filter: type acc > 0.9, what would go fades',
    async (page) => {
      await page.getByLabel('Filter runs').pressSequentially('acc > 0.9 pruned', { delay: 60 });
    },
  ],
  ['filter: put it in force', (page) => page.getByLabel('Filter runs').press('Enter')],
  [
    'filter: clear',
    async (page) => {
      await page.getByLabel('Filter runs').fill('');
      await page.getByLabel('Filter runs').press('Enter');
    },
  ],
  ['sort by accuracy', (page) => page.getByRole('button', { name: 'Accuracy', exact: true }).click()],
  ['sort by name', (page) => page.getByRole('button', { name: 'Run', exact: true }).click()],
  ['group by network', (page) => group(page, 'network')],
  ['group by arm within', (page) => group(page, 'arm')],
  ['scroll through groups', (page) => scroll(page)],
  ['show the scatter of all runs', (page) => page.getByRole('button', { name: 'Scatter' }).click()],
  [
    'mark a stretch of the scatter',
    async (page) => {
      const box = (await page.locator('.brushable').boundingBox())!;
      await page.mouse.move(box.x + 60, box.y + 20);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width - 20, box.y + box.height / 2, { steps: 20 });
      await page.mouse.up();
    },
  ],
  ['hide the scatter', (page) => page.getByRole('button', { name: 'Scatter' }).click()],
  ['group by nothing', (page) => ungroup(page)],
  ['show by lineage', (page) => group(page, 'lineage')],
  [
    'move by keys',
    async (page) => {
      await page.locator('h1').click();
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press('j');
        await page.waitForTimeout(16);
      }
    },
  ],
  ['choose all', (page) => page.getByLabel('Select all').click()],
  ['choose none', (page) => page.getByLabel('Select all').click()],
];

/** What a person does with a curve of as many points as there can be, while more come. */
const chartActions: Action[] = [
  ['points come for two seconds', (page) => page.waitForTimeout(2000)],
  [
    'point along the curve',
    async (page) => {
      const box = (await page.locator('canvas').first().boundingBox())!;
      for (let i = 0; i <= 60; i++) {
        await page.mouse.move(box.x + 50 + (i / 60) * (box.width - 60), box.y + box.height / 2);
        await page.waitForTimeout(16);
      }
    },
  ],
  [
    'zoom in and move by keyboard',
    async (page) => {
      await page.locator('canvas').first().focus();
      for (const key of ['+', '+', 'ArrowRight', 'ArrowRight', 'ArrowLeft', '-', '0']) {
        await page.keyboard.press(key);
        await page.waitForTimeout(60);
      }
    },
  ],
  [
    'smooth the curves',
    async (page) => {
      await page.getByLabel('Smoothing').focus();
      for (let i = 0; i < 5; i++) {
        await page.keyboard.press('ArrowRight');
        await page.waitForTimeout(60);
      }
    },
  ],
];

async function round(browser: Browser, database: string, queued: string, points: number): Promise<Measured[]> {
  const alone = Promise.withResolvers<undefined>();
  const startTrainer = () => startScriptedTrainer(points, alone.promise);
  const server = await startServer({ database, host: '127.0.0.1', port: 0, startTrainer });
  try {
    const list = await openPage(browser, server.link(), '/runs');
    await rows(list).first().waitFor();
    await settle(list);
    const measured = await measure(browser, list, listActions);
    await list.getByRole('contentinfo').getByRole('button', { name: 'Continue' }).click();
    await list.getByRole('contentinfo').getByText('starting').waitFor();
    await list.close();
    alone.resolve(undefined);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const run = await openPage(browser, server.link(), `/run/${queued}`);
    await run.locator('canvas').first().waitFor();
    await settle(run);
    measured.push(...(await measure(browser, run, chartActions)));
    await run.close();
    return measured;
  } finally {
    await server.close();
  }
}

const ms = (value: number): string => value.toFixed(value < 100 ? 1 : 0);

async function main({ runs, epochs, points, seeds, rounds, only, json }: Options): Promise<void> {
  if (browserProgram === null) throw new Error('This needs a Chromium.');
  const { starts, measured, version } = await withFolder(async (folder) => {
    progress(`Writing ${runs} runs of ${epochs} epochs`);
    const { path, queued } = await writeDatabase(folder, resources, { runs, epochs });
    const studies = join(folder, 'studies.db');
    const study = await writeStudy(studies, resources, seeds);
    const browser = await chromium.launch(launchOptions);
    try {
      const starts: Start[] = [];
      const all: Measured[][] = [];
      for (let i = 0; i < rounds; i++) {
        progress(`Round ${i + 1} of ${rounds}`);
        starts.push({ ...(await measureWindow(folder)), ...(await measureServing(browser, path)) });
        all.push([
          ...(only === 'studies' ? [] : await round(browser, path, queued, points)),
          ...(only === 'runs' ? [] : await studyRound(browser, studies, study)),
        ]);
      }
      return { starts, measured: best(all), version: browser.version() };
    } finally {
      await browser.close();
    }
  });
  const least = (key: keyof Start) => Math.min(...starts.map((start) => start[key]));
  const start: Start = {
    window: least('window'),
    windowListed: least('windowListed'),
    serving: least('serving'),
    firstPaint: least('firstPaint'),
    listed: least('listed'),
  };
  const bars = windowBars(start.window, measured);
  if (json) {
    printJson({ machine: machine(null), chromium: version, runs, epochs, points, seeds, rounds, start, measured, bars });
    return;
  }
  const number = { align: 'right' as const };
  print(`${machineLine(machine(null))}; Chromium ${version}, headless, drawing without a GPU\n`);
  print(`${runs} runs of ${epochs} epochs, curves of ${points} points; a study of ${seeds} seeds; the least of ${rounds} rounds\n`);
  print(
    table(
      [{ head: 'start' }, { head: 'ms', ...number }],
      [
        ['window: process starts until the first content', ms(start.window)],
        ['window: process starts until the runs are listed', ms(start.windowListed)],
        ['browser mode: process starts until it serves', ms(start.serving)],
        ['from there to the first content', ms(start.firstPaint)],
        ['from there until the runs are listed', ms(start.listed)],
      ],
    ),
  );
  print('');
  print(
    table(
      [
        { head: 'action' },
        { head: 'longest task, ms', ...number },
        { head: 'its CPU, ms', ...number },
        { head: `over ${TASK_LIMIT} ms`, ...number },
        { head: 'host, CPU ms', ...number },
      ],
      measured.map(({ what, longest, longestCpu, overLimit, host }) => [
        ...[what, ms(longest), ms(longestCpu), String(overLimit)],
        host === null ? '' : ms(host),
      ]),
    ),
  );
  print('');
  print(
    table(
      [{ head: 'bar' }, { head: 'at most', ...number }, { head: 'measured', ...number }, { head: 'met' }],
      bars.map(({ what, limit, measured: value, met }) => [what, String(limit), ms(value), met ? 'yes' : 'no']),
    ),
  );
}

const atLeast1 = integerBetween(1, 100_000);
await new Command('bench:window')
  .description('time the pages with many runs and long curves')
  .addOption(new Option('--runs <n>', 'runs in the database').argParser(atLeast1).default(2000))
  .addOption(new Option('--epochs <n>', 'epochs of every run').argParser(atLeast1).default(100))
  .addOption(new Option('--points <n>', 'points of the live curve').argParser(atLeast1).default(10_000))
  .addOption(new Option('--seeds <n>', 'seeds of the study, with 1,080 runs each').argParser(integerBetween(1, 100)).default(5))
  .addOption(new Option('--rounds <n>', 'measurements of everything').argParser(integerBetween(1, 100)).default(3))
  .addOption(new Option('--only <part>', 'one part of it').choices(parts))
  .addOption(jsonOption())
  .action(main)
  .parseAsync();
