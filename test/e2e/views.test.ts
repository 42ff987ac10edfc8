/**
 * Every view in light and dark: checked with axe, and never wider than its window. `npm run pictures` also pictures each
 * at two sizes in out/pictures; CAPSCOPE_DATA may name a folder with runs that are worth it, else a small study is done.
 */
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bridge } from '../../src/shared/bridge.ts';
import type { RunSummary } from '../../src/shared/contract/index.ts';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';
import { listRuns } from '../list-runs.ts';

/** Null unless Vitest's mode asks for them: pictures take longer than all the rest. */
const pictures = process.env['MODE'] === 'pictures' ? fileURLToPath(new URL('../../out/pictures/', import.meta.url)) : null;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const sizes = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
const study = {
  name: 'small study',
  data: { path: 'sample' },
  networks: [{ types: 8, dim: 4, depth: 1 }],
  epochs: { train: 2, fineTune: 1 },
  pruning: [{ criterion: 'chip', backbone: 0.5, capsules: 0.5 }],
};

/** A view: its route, and what else has to be done to see it. */
interface View {
  name: string;
  route: (runs: Runs) => string;
  prepare?: (page: Page) => Promise<unknown>;
}
/** Ids of runs, and of their study. */
type Runs = Record<'unpruned' | 'pruned' | 'source' | 'study', string>;

const tab = (name: string) => (page: Page) => page.getByRole('tab', { name }).click();
const drawn = (page: Page) => page.locator('main canvas').first().waitFor();
const views: View[] = [
  {
    name: 'datasets',
    route: () => 'datasets',
    prepare: (page) =>
      page
        .getByRole('img', { name: /image \d+$/ })
        .first()
        .waitFor(),
  },
  { name: 'train', route: () => 'train', prepare: (page) => page.getByRole('button', { name: /^(Start|Queue)/ }).waitFor() },
  { name: 'runs', route: () => 'runs', prepare: (page) => page.getByRole('checkbox', { name: /^Select pruned/ }).click() },
  { name: 'run-curves', route: ({ pruned }) => `run/${pruned}`, prepare: drawn },
  { name: 'run-capsules', route: ({ pruned }) => `run/${pruned}`, prepare: tab('Capsules') },
  {
    name: 'run-inside',
    route: ({ pruned }) => `run/${pruned}/inside`,
    prepare: (page) => page.getByRole('button', { name: /^Class \d/ }).first().waitFor(), // prettier-ignore
  },
  { name: 'run-layers', route: ({ pruned }) => `run/${pruned}`, prepare: tab('Layers') },
  { name: 'run-classes', route: ({ pruned }) => `run/${pruned}`, prepare: tab('Classes') },
  { name: 'run-cut', route: ({ pruned }) => `run/${pruned}`, prepare: tab('Cut') },
  { name: 'run-settings', route: ({ pruned }) => `run/${pruned}`, prepare: tab('Settings') },
  { name: 'run-log', route: ({ pruned }) => `run/${pruned}`, prepare: tab('Log') },
  {
    name: 'prune',
    route: ({ source }) => `prune/${source}`,
    prepare: (page) =>
      page
        .getByRole('slider', { name: /^Line of the cut/ })
        .first()
        .waitFor({ timeout: 60_000 }),
  },
  {
    name: 'compare',
    route: ({ unpruned, pruned }) => `compare/${unpruned},${pruned}`,
    prepare: (page) => page.locator('.samples > li').first().waitFor(),
  },
  { name: 'studies', route: () => 'studies', prepare: (page) => page.getByRole('heading', { name: 'Studies', level: 1 }).waitFor() },
  { name: 'study-design', route: () => 'studies/new/design', prepare: (page) => page.getByRole('textbox').first().waitFor() },
  {
    name: 'study-results',
    route: ({ study }) => `studies/${study}/results`,
    prepare: (page) => page.getByRole('heading', { name: 'Activation of every capsule type' }).waitFor(),
  },
  {
    name: 'settings',
    route: () => 'runs',
    prepare: (page) => page.getByRole('button', { name: 'Settings' }).click(),
  },
  {
    name: 'palette',
    route: () => 'runs',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Type a command').waitFor();
    },
  },
  {
    name: 'choose',
    route: ({ unpruned, pruned }) => `compare/${unpruned},${pruned}`,
    prepare: (page) => page.getByRole('button', { name: 'Choose runs' }).click(),
  },
];

describe(driven('views'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  let runs: Runs;

  beforeAll(async () => {
    if (pictures !== null) mkdirSync(pictures, { recursive: true });
    folder = makeFolder();
    const { CAPSCOPE_DATA: data } = process.env;
    if (data !== undefined) cpSync(data, folder, { recursive: true });
    desktop = await openDesktop({ userData: folder });
    if (data === undefined) await doStudy(desktop.page, folder);
    const list = await listRuns((method) => call(desktop.page, method));
    const latest = (arm: RunSummary['arm']) => list.findLast((run) => run.arm === arm && run.status === 'finished')!.id;
    const study = list.find(({ id }) => id === latest('pruned'))!.study!.id;
    runs = { unpruned: latest('unpruned'), pruned: latest('pruned'), source: latest('source'), study };
  }, 120_000);
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  describe.each(['light', 'dark'] as const)('%s', (theme) => {
    beforeAll(() => call(desktop.page, 'app.changeSettings', { theme }));

    it.each(views)('$name', async ({ name, route, prepare }) => {
      const { page } = desktop;
      await page.setViewportSize(sizes[0]!);
      await page.evaluate(`location.hash = '#/${route(runs)}'`);
      await prepare?.(page);
      await page.waitForTimeout(300);
      expect(await problems(page)).toEqual([]);
      for (const size of sizes) {
        await page.setViewportSize(size);
        expect(await page.evaluate('document.documentElement.scrollWidth'), 'sideways scrolling').toBe(size.width);
        if (pictures === null) continue;
        // Charts follow the size of their window a moment later.
        await page.waitForTimeout(250);
        await page.screenshot({ path: join(pictures, `${name}-${theme}-${size.width}.png`) });
      }
      await page.keyboard.press('Escape');
    });
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});

async function call<T>(page: Page, method: string, argument?: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([name, given]) => (globalThis as unknown as { workbench: Bridge }).workbench.call(name as string, given),
    [method, argument],
  );
  if (!reply.ok) throw new Error(reply.message);
  return reply.value as T;
}

async function doStudy(page: Page, folder: string): Promise<void> {
  const paths = await writeMnist(folder, { train: 400, test: 200 });
  const opened = await call<{ dataset: { fingerprint: string } }>(page, 'datasets.open', { task: 'few', paths });
  await call(page, 'queue.study', { spec: study, dataset: opened.dataset.fingerprint });
  await waitFor(async () => {
    const list = await listRuns((method) => call(page, method));
    return list.every(({ status }) => status === 'finished') ? true : undefined;
  }, 90_000);
}

/** What axe finds serious or critical. */
async function problems(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await checker.run();
    return violations
      .filter(({ impact }) => ['serious', 'critical'].includes(impact))
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}
