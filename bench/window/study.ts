/** A study of 5,400 runs: what opening its parts, a chip, a filter and a brush cost the page and the host. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { loadDataset, SAMPLE } from '../../src/datasets/load.ts';
import { Store } from '../../src/store/store.ts';
import { addSyntheticStudy, manyRuns } from '../../test/e2e/synthetic-study.ts';
import { measure, openPage, settle, type Action, type Measured } from './actions.ts';

const cli = fileURLToPath(new URL('../../src/cli/start.mjs', import.meta.url));
const loop = new URL('loop.ts', import.meta.url).href;

/** Answers the study's id. */
export async function writeStudy(path: string, resources: string): Promise<string> {
  const { name, shape, classes, fingerprint, train, test } = await loadDataset(SAMPLE, { resources });
  const store = new Store(path);
  store.addDataset({ fingerprint, name, shape, classes, train: train.labels.length, test: test.labels.length });
  store.close();
  return addSyntheticStudy(path, fingerprint, manyRuns);
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

const conclusion = (page: Page) => page.getByRole('region', { name: 'Conclusion' });
const panel = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).click();

const actionsOf = (study: string): Action[] => [
  [
    'studies: the list',
    async (page) => {
      await go(page, '');
      await page.getByRole('heading', { name: 'Studies', level: 1 }).waitFor();
    },
  ],
  [
    'progress of 5,400 runs: open',
    async (page) => {
      await go(page, `${study}/progress`);
      await page.getByRole('grid', { name: 'Every run' }).waitFor();
    },
  ],
  ['progress: colour by accuracy', (page) => panel(page, 'accuracy')],
  [
    'results of 5,400 runs: open',
    async (page) => {
      await go(page, `${study}/results`);
      await conclusion(page).waitFor();
    },
  ],
  ['results: filter by a sentence', (page) => conclusion(page).getByRole('button').first().click()],
  ['results: all runs again', (page) => page.getByRole('button', { name: 'Show all runs again' }).click()],
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
      await page.getByText('Every arm in numbers').click();
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
  ['results at 2560 × 1440: filter by a sentence', (page) => conclusion(page).getByRole('button').first().click()],
  [
    'design of 5,400 runs: open',
    async (page) => {
      await page.setViewportSize({ width: 1280, height: 800 });
      await go(page, `${study}/design`);
      await page.getByRole('group', { name: 'Seeds', exact: true }).waitFor();
    },
  ],
  [
    'design: a chip, L = 4',
    (page) => page.getByRole('group', { name: 'L, capsule layers' }).getByRole('button', { name: '4', exact: true }).click(),
  ],
];

/** In a host of its own, whose thread is looked at. */
export async function studyRound(browser: Browser, database: string, study: string): Promise<Measured[]> {
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
      [['a database of 5,400 runs: open', (opened) => opened.reload().then(() => settle(opened))]],
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
