/** A study of thousands of runs: what opening its parts, a chip, a filter and a brush cost the page and the host. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { count } from '../../src/shared/present/format.ts';
import { planStudy } from '../../src/shared/study-plan.ts';
import { Store } from '../../src/store/store.ts';
import { rememberSample } from '../../src/workbench/datasets/sample.ts';
import { addSyntheticStudy, manyRuns } from '../../test/e2e/synthetic-study.ts';
import { measure, openPage, settle, type Action, type Measured } from './actions.ts';

const cli = fileURLToPath(new URL('../../src/cli/start.mjs', import.meta.url));
const loop = new URL('loop.ts', import.meta.url).href;

export interface WrittenStudy {
  id: string;
  runs: number;
}

/** @param seeds 1,080 runs each. */
export async function writeStudy(path: string, resources: string, seeds: number): Promise<WrittenStudy> {
  const store = new Store(path);
  // As every database that has been open once.
  const fingerprint = await rememberSample(store, () => loadDataset(SAMPLE, { resources }));
  store.close();
  const spec = { ...manyRuns, seeds: Array.from({ length: seeds }, (_, i) => i + 1) };
  return { id: addSyntheticStudy(path, fingerprint, spec), runs: planStudy(spec).length };
}

const go = (page: Page, route: string) => page.evaluate(`location.hash = '#/studies/${route}'`);

/** Along the first of the parallel axes. */
async function brush(page: Page): Promise<void> {
  const grip = page.locator('.grip').first();
  await grip.scrollIntoViewIfNeeded();
  const box = (await grip.boundingBox())!;
  const x = box.x + box.width / 2;
  await page.mouse.move(x, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(x, box.y + box.height * 0.7, { steps: 15 });
  await page.mouse.up();
}

const conclusion = (page: Page) => page.locator('section[aria-label="Conclusion"]');

/** Found by the page itself, by what CSS and its text say: to look for a role in a page of thousands of elements costs the page more than the press. */
async function press(page: Page, selector: string, text?: string): Promise<void> {
  const is = text === undefined ? 'true' : `one.textContent.trim() === ${JSON.stringify(text)}`;
  const found = await page.waitForFunction(`[...document.querySelectorAll(${JSON.stringify(selector)})].find((one) => ${is})`);
  await found.asElement().click();
}
const panel = (page: Page, name: string) => press(page, '[role="radio"]', name);

const actionsOf = ({ id: study, runs }: WrittenStudy): Action[] => [
  [
    'studies: the list',
    async (page) => {
      await go(page, '');
      await page.locator('main h1').waitFor();
    },
  ],
  [
    `progress of ${count(runs)} runs: open`,
    async (page) => {
      await go(page, `${study}/progress`);
      await page.locator('table[role="grid"]').waitFor();
    },
  ],
  ['progress: colour by accuracy', (page) => panel(page, 'accuracy')],
  [
    `results of ${count(runs)} runs: open`,
    async (page) => {
      await go(page, `${study}/results`);
      await conclusion(page).waitFor();
    },
  ],
  ['results: filter by a sentence', (page) => conclusion(page).locator('button').first().click()],
  ['results: all runs again', (page) => press(page, '[aria-label="Show all runs again"]')],
  ['results: accuracy instead', (page) => panel(page, 'Accuracy')],
  [
    'results: rows by N',
    async (page) => {
      await page.getByLabel('Rows', { exact: true }).selectOption('types');
    },
  ],
  ['results: twins', (page) => panel(page, 'twins')],
  ['results: all runs on parallel axes', (page) => panel(page, 'all runs')],
  ['results: brush an axis', brush],
  ['results: best of each arm', (page) => panel(page, 'best')],
  ['results: table', (page) => panel(page, 'table')],
  [
    'results: every arm in numbers',
    async (page) => {
      await press(page, 'summary', 'Every arm in numbers');
    },
  ],
  [
    'results at 2560 × 1440: open',
    async (page) => {
      await go(page, '');
      await page.setViewportSize({ width: 2560, height: 1440 });
      await go(page, `${study}/results`);
      await conclusion(page).waitFor();
      await settle(page);
    },
  ],
  ['results at 2560 × 1440: filter by a sentence', (page) => conclusion(page).locator('button').first().click()],
  [
    `design of ${count(runs)} runs: open`,
    async (page) => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await go(page, `${study}/design`);
      await page.locator('[role="group"][aria-label="Seeds"]').waitFor();
    },
  ],
  ['design: a chip, L = 4', (page) => press(page, '[aria-label="L, capsule layers"] button', '4')],
];

/** In a host of its own, whose thread is looked at. */
export async function studyRound(browser: Browser, database: string, study: WrittenStudy): Promise<Measured[]> {
  const server = spawn(process.execPath, ['--import', loop, cli, 'serve', '--no-open', '--db', database], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const hostTime = async (): Promise<number> => {
    server.send('how long');
    return ((await once(server, 'message')) as [number])[0];
  };
  try {
    let url = '';
    for await (const line of createInterface({ input: server.stdout! })) if ((url = /http:\S+/.exec(line)?.[0] ?? '') !== '') break;
    await hostTime();
    const page = await openPage(browser, url, '/datasets');
    const first = await measure(
      browser,
      page,
      [[`a database of ${count(study.runs)} runs: open`, (opened) => opened.reload().then(() => settle(opened))]],
      hostTime,
    );
    await page.getByRole('contentinfo').getByText('No training').waitFor();
    await settle(page);
    const measured = await measure(browser, page, actionsOf(study), hostTime);
    await page.close();
    return [...first, ...measured];
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}
