/** Several cuts of one network in one go, and what a comparison of them does when it is pointed at and when its threshold moves. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe(driven('a sweep'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  /** A row's values of all runs in the table, without the differences beside them. */
  const results = async (name: string, value: RegExp) => {
    const row = desktop.page.getByRole('row').filter({ has: desktop.page.getByRole('rowheader', { name, exact: true }) });
    return (await row.getByRole('cell').allTextContents()).map((text) => text.trim()).filter((text) => value.test(text));
  };

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 100, test: 50 }));
    await journey.train(desktop, 'whole', 1);
    await journey.waitForEnd(desktop.page);
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('makes a run of every pair of ratios', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Prune', exact: true }).click();
    await page.getByRole('radio', { name: 'Sweep' }).click();
    const ratios = page.getByLabel('Backbone ratios', { exact: true });
    const start = page.getByRole('button', { name: /^Train (up to )?\d runs$/ });
    await ratios.fill('0.25, 1.5');
    await page.getByText('Numbers from 0 to below 1').waitFor();
    await ratios.fill('0.25, 0.75');
    await page.getByLabel('Primary capsule ratios', { exact: true }).fill('0.5');
    await page.getByRole('checkbox', { name: /^unpruned/ }).uncheck();
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    await page.getByLabel('Name of the pruned run').fill('cut');
    // Each ratio leaves a network of its own to be trained from scratch.
    expect(await start.textContent()).toContain('Train up to 4 runs');
    await page.getByRole('checkbox', { name: 'from scratch' }).uncheck();
    expect(await start.textContent()).toContain('Train 2 runs');
    await start.click();
    await page.getByText('2 runs queued.').waitFor();
    const cuts = page.getByRole('row').filter({ has: page.getByRole('link', { name: /^cut \(/ }) });
    await waitFor(async () => ((await cuts.getByText('finished', { exact: true }).count()) === 2 ? true : undefined));
    await page.getByRole('checkbox', { name: 'Select all' }).click();
    await page
      .getByRole('toolbar', { name: 'Selected runs' })
      .getByRole('button', { name: /^Compare/ })
      .click();
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor();
    expect(new Set(await results('Parameters', /^[\d,]+$/)).size).toBe(3);
  });

  it('marks the same capsule in every run', async () => {
    const { page } = desktop;
    const maps = page.locator('.maps');
    await maps
      .getByRole('img')
      .nth(1)
      .hover({ position: { x: 100, y: 30 } });
    const values = maps.locator('.value');
    await waitFor(async () => ((await maps.locator('rect.hover').count()) === 3 ? true : undefined));
    const places = (await values.allTextContents()).map((text) => text.trim().split(':')[0]);
    expect(new Set(places)).toEqual(new Set(['Capsules 1, type 0']));
    await page.getByRole('heading', { name: 'Compare', level: 1 }).hover();
    expect(await maps.locator('rect.hover').count()).toBe(0);
  });

  it('counts anew by another threshold and another criterion', async () => {
    const { page } = desktop;
    const counts = async () => (await results('Inactive capsules', / of /)).map((text) => Number.parseInt(text, 10));
    const threshold = page.getByRole('spinbutton', { name: 'Threshold' });
    const at = async (value: string) => {
      await threshold.fill(value);
      await page.keyboard.press('Enter');
      await page.getByText(`threshold ${value}`).waitFor();
      return counts();
    };
    const [none, some] = [await at('0'), await at('0.5')];
    expect(some.every((count, i) => count >= none[i]!)).toBe(true);
    expect(some).not.toEqual(none);
    await page.getByLabel('Inactive by', { exact: true }).selectOption('activation-rate');
    await waitFor(async () => ((await counts()).join() === some.join() ? undefined : true));
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});
