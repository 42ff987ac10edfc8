/** A study that has been done is read, filtered, taken away as a report, and read again from a disk. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StudySpec } from '../../src/shared/spec/study.ts';
import { Store } from '../../src/store/store.ts';
import { needs } from '../needs.ts';
import { finishStudy } from '../store/made-up-study.ts';
import { lackOfBrowserMode, openBrowserMode, type BrowserMode } from './browser-mode.ts';
import { makeFolder, removeFolder } from './session.ts';

const spec = StudySpec.parse({
  name: 'depth',
  networks: [2, 4].map((types) => ({ types, dim: 4, depth: 2 })),
  epochs: { train: 2, fineTune: 1 },
  pruning: [{ backbone: 0.5, capsules: 0.5 }],
  seeds: [1, 2],
});

describe('results of a study (Chromium)', needs(lackOfBrowserMode), () => {
  let folder: string;
  let session: BrowserMode;
  let study: string;

  beforeAll(async () => {
    folder = makeFolder();
    const database = join(folder, 'capscope.db');
    const store = new Store(database);
    study = finishStudy(store, spec);
    store.close();
    session = await openBrowserMode(['src/cli/start.mjs', 'serve', '--no-open', '--db', database]);
    await session.page.evaluate(`location.hash = '#/studies/${study}/results'`);
    await session.page.getByRole('region', { name: 'Conclusion' }).waitFor();
  }, 60_000);
  afterAll(async () => {
    await session.close();
    removeFolder(folder);
  });

  it('shows every run, network by network', async () => {
    const { page } = session;
    // 2 networks, 4 arms, 2 seeds; sources are no arm.
    await page.getByText('16 of 16 runs').waitFor();
    await expect.poll(() => page.locator('[data-pivot]').count()).toBe(2);
    await expect.poll(() => page.locator('circle[role="presentation"]').count()).toBe(16);
  });

  it('filters all panels by a sentence, and leads from there to a comparison', async () => {
    const { page } = session;
    await page.getByRole('region', { name: 'Conclusion' }).getByRole('button').first().click();
    const chip = page.getByRole('button', { name: 'Show all runs again' });
    expect(await chip.innerText()).toContain(': 4 of 16');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('heading', { name: 'Compare' }).waitFor();
    await page.goBack();
    await page.getByRole('region', { name: 'Conclusion' }).waitFor();
  });

  it('takes the rows that are chosen into the table for the paper', async () => {
    const { page } = session;
    await page.getByRole('radio', { name: 'table', exact: true }).click();
    const groups = page.locator('section[aria-label="Table for the paper"] tbody');
    await expect.poll(() => groups.count()).toBe(2);
    await page.getByLabel('Rows', { exact: true }).selectOption({ label: 'all together' });
    await expect.poll(() => groups.count()).toBe(1);
    await expect.poll(() => page.locator('[data-pivot]').count()).toBe(1);
  });

  it('saves a report that shows the same from a disk', async () => {
    const { page } = session;
    const said = await page.getByRole('region', { name: 'Conclusion' }).innerText();
    const report = await session.saved(page.getByRole('button', { name: 'Report' }));
    expect(report.name).toBe('depth.html');
    const file = join(folder, 'depth.html');
    await writeFile(file, report.content);
    const other = await page.context().newPage();
    await other.goto(pathToFileURL(file).href);
    const conclusion = other.getByRole('region', { name: 'Conclusion' });
    await conclusion.waitFor();
    expect(await conclusion.innerText()).toBe(said);
    await expect.poll(() => other.locator('[data-pivot]').count()).toBe(2);
    await other.close();
  });

  it('complains of nothing', () => expect(session.complaints).toEqual([]));
});
