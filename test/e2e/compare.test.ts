/** Comparing: names, twins, what lies on each other, images behind a cell, and how many fit. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { lackOfBrowserMode, openBrowserMode, type BrowserMode } from './browser-mode.ts';
import { show } from './journey.ts';
import { writeMadeUp } from './made-up.ts';
import { makeFolder, removeFolder } from './session.ts';

describe('compare (Chromium)', needs(lackOfBrowserMode), () => {
  let folder: string;
  let session: BrowserMode;
  beforeAll(async () => {
    folder = makeFolder();
    session = await openBrowserMode(['src/cli/start.mjs', 'serve', '--no-open', '--db', await writeMadeUp(folder)]);
    await session.page.setViewportSize({ width: 1600, height: 1300 });
  });
  afterAll(async () => {
    await session.close();
    removeFolder(folder);
  });

  it('brings to an unpruned run what was pruned and its controls, each against its own twin', async () => {
    const { page } = session;
    await show(page, 'Runs');
    await page.getByLabel('Filter runs').fill('network:"N8 D4 L4" arm:unpruned seed = 1');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'N8 D4 L4 unpruned, seed 1' }).click();
    await page.getByRole('button', { name: 'Compare 4' }).click();
    const table = page.getByRole('region', { name: 'Comparison' });
    // As short as tells these four apart.
    for (const name of ['unpruned', 'CCM alone', 'pruned chip .5/.5', 'from scratch'])
      await table.getByRole('columnheader', { name: new RegExp(`^${name.replaceAll('.', '\\.')}`) }).waitFor();
    await expect.poll(() => table.getByRole('columnheader', { name: /against unpruned/ }).count()).toBe(3);
  });

  it('opens the images behind a cell of a confusion matrix, by keyboard too', async () => {
    const { page } = session;
    const cell = page.getByRole('button', { name: /^true 3, predicted 3/ }).first();
    await cell.click();
    const dialog = page.getByRole('dialog', { name: '3, taken for 3' });
    await dialog.getByText(/test images?/).waitFor();
    await expect.poll(() => dialog.getByRole('img').count()).toBeGreaterThan(0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await cell.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: '3, taken for 4' }).waitFor();
    await page.keyboard.press('Escape');
  });

  it('explains the bars of samples, and keeps matrices apart', async () => {
    const { page } = session;
    await page.getByText(/Bars: length of each class capsule/).waitFor();
    for (const width of [1024, 1280, 1600]) {
      await page.setViewportSize({ width, height: 1000 });
      await page.waitForTimeout(200);
      const boxes = await page.locator('.matrices figure').evaluateAll((all) =>
        all.map((one) => {
          const { left, right, top, bottom } = (
            one as unknown as { getBoundingClientRect: () => Record<string, number> }
          ).getBoundingClientRect();
          return [left!, right!, top!, bottom!] as const;
        }),
      );
      expect(boxes).toHaveLength(3);
      for (const [i, a] of boxes.entries())
        for (const b of boxes.slice(i + 1)) expect(a[1] <= b[0] || b[1] <= a[0] || a[3] <= b[2] || b[3] <= a[2], `at ${width}`).toBe(true);
    }
  });

  it('folds what is set above, and stays folded', async () => {
    const { page } = session;
    await page.getByRole('button', { name: 'Hide settings' }).click();
    await page.getByLabel('Differences from', { exact: true }).waitFor({ state: 'detached' });
    await show(page, 'Runs');
    await show(page, 'Compare');
    await page.getByRole('button', { name: 'Show settings' }).click();
    await page.getByLabel('Differences from', { exact: true }).waitFor();
  });

  it('says that all are hidden, and that no more than twelve fit', async () => {
    const { page } = session;
    const hide = page.getByRole('button', { name: /^Hide .* in charts$/ });
    for (let left = await hide.count(); left > 0; left--) await hide.first().click();
    await page.getByText('All runs are hidden in the charts.').waitFor();
    await show(page, 'Runs');
    await page.getByLabel('Filter runs').fill('');
    await page.keyboard.press('Enter');
    await page.getByLabel('Select all').click();
    await page.getByText('at most 12 can be compared').waitFor();
    await page.locator('h1').click();
    await page.keyboard.press('c');
    await page.getByText('At most 12 runs can be compared: showing the first 12 of 20.').waitFor();
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor();
  });

  it('says which curves lie on each other', () =>
    session.page
      .getByRole('region', { name: 'Curves' })
      .getByText(/On one line: .*unpruned/)
      .first()
      .waitFor());

  it('complains of nothing', () => expect(session.complaints).toEqual([]));
});
