/** For newcomers: the card on what vanishes, the first study it begins, actions by what they do, and a page that stays where it is. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { lackOfBrowserMode, openBrowserMode, type BrowserMode } from './browser-mode.ts';
import { show, train, waitForEnd, waitForStep } from './journey.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';
import { join } from 'node:path';

/** Of what moves without anybody having done something, as web vitals count it. */
const MOST_SHIFT = 0.02;

/** Adds up layout shifts from now on. */
const observe = (page: Page) =>
  page.evaluate(`{
    globalThis.shifted = 0;
    globalThis.shifts?.disconnect();
    globalThis.shifts = new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) globalThis.shifted += value;
    });
    globalThis.shifts.observe({ type: 'layout-shift' });
  }`);
/** So far; counting begins anew. */
const shifted = async (page: Page): Promise<number> => {
  await page.waitForTimeout(100);
  return page.evaluate<number>('{ const sum = globalThis.shifted; globalThis.shifted = 0; sum; }');
};

describe('first use (Chromium)', needs(lackOfBrowserMode), () => {
  let folder: string;
  let session: BrowserMode;
  beforeAll(async () => {
    folder = makeFolder();
    session = await openBrowserMode(['src/cli/start.mjs', 'serve', '--no-open', '--db', join(folder, 'capscope.db')]);
  });
  afterAll(async () => {
    await session.close();
    removeFolder(folder);
  });

  it('explains what a vanishing capsule is, until the card is dismissed', async () => {
    const { page } = session;
    const card = page.getByRole('region', { name: 'What is a vanishing capsule?' });
    await card.getByRole('button', { name: 'See it in a first study' }).waitFor();
    await card.getByRole('img', { name: /^Length of the capsules/ }).waitFor();
  });

  it('begins the quick study from the card, and leads to how it goes', async () => {
    const { page } = session;
    await page.getByRole('button', { name: 'See it in a first study' }).click();
    await waitFor(() => (/#\/studies\/[^/]+\/progress$/.test(page.url()) ? true : undefined));
    await waitForStep(page);
    await show(page, 'Datasets');
    await page.getByText(/^\d+ of \d+ networks trained$/).waitFor();
    await page.getByRole('button', { name: 'Watch the first study' }).waitFor();
    await page
      .getByRole('contentinfo')
      .getByRole('button', { name: /^Pause the queue/ })
      .click();
    await page.getByRole('button', { name: 'Do not show this again' }).click();
    await page.getByRole('region', { name: 'What is a vanishing capsule?' }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'MNIST sample' }).waitFor();
    expect(await page.getByRole('region', { name: 'What is a vanishing capsule?' }).count()).toBe(0);
  });

  it('goes from field to field with Tab; help comes behind its field', async () => {
    const { page } = session;
    await show(page, 'Train');
    await page.getByLabel('Preset', { exact: true }).focus();
    await page.keyboard.press('Shift+Tab');
    expect(await page.evaluate('document.activeElement?.tagName')).not.toBe('BUTTON');
  });

  it('has no target smaller than 24 pixels in the rail, the list of runs and its heads', async () => {
    const { page } = session;
    await show(page, 'Runs');
    await page.locator('tr.run').first().waitFor();
    const targets = await page.locator('nav a, nav button, header button, thead .sort, tbody button').all();
    const small: string[] = [];
    for (const target of targets) {
      const box = await target.boundingBox();
      if (box && (box.width < 23.5 || box.height < 23.5)) small.push(`${await target.textContent()} ${box.width}×${box.height}`);
    }
    expect(small).toEqual([]);
  });

  it('finds what can be done with a run by what it does', async () => {
    const { page } = session;
    await page
      .getByRole('link', { name: /unpruned, seed 1$/ })
      .first()
      .click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    for (const [typed, found] of [
      ['delete this run', /^Delete “/],
      ['copy this run', /^Train a copy of “/],
      ['compare this run', /^Compare with its twin/],
    ] as const) {
      await page.keyboard.press('Control+k');
      await page.getByPlaceholder('Type a command').fill(typed);
      await page.getByRole('option', { name: found }).waitFor();
      await page.keyboard.press('Escape');
    }
  });

  it('does not move when a run starts, steps and ends', async () => {
    const { page } = session;
    await show(page, 'Runs');
    // The study would go on first. The table is read when its view opens.
    await page.locator('tr.run').nth(1).waitFor();
    const waiting = await page.locator('tr.run').count();
    expect(waiting).toBeGreaterThan(1);
    await page.getByLabel('Select all').click();
    await page.getByRole('toolbar', { name: 'Selected runs' }).getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: /^Delete/ }).click();
    await waitFor(async () => ((await page.locator('tr.run').count()) === 0 ? true : undefined));
    await show(page, 'Datasets');
    await train(session, 'steady', 3);
    await observe(page);
    const resume = page.getByRole('button', { name: /Continue/ }).first();
    if (await resume.isVisible()) await resume.click();
    await waitForStep(page);
    expect(await shifted(page), 'start').toBeLessThan(MOST_SHIFT);
    await page
      .getByRole('contentinfo')
      .getByText(/epoch 2 of 3/)
      .waitFor({ timeout: 120_000 });
    expect(await shifted(page), 'steps').toBeLessThan(MOST_SHIFT);
    await waitForEnd(page);
    expect(await shifted(page), 'end').toBeLessThan(MOST_SHIFT);
  });

  it('complains of nothing', () => expect(session.complaints).toEqual([]));
});
