/** What forms do with numbers that are none, where Train gets its data set from, and how forgotten images come back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe(driven('forms'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 100, test: 50 }));
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('Train takes the data set of the card by the route', async () => {
    const { page } = desktop;
    await page.locator('.cards a').first().click();
    const fingerprint = await page.evaluate<string>(`location.hash.split('/').at(-1)`);
    await journey.train(desktop, 'whole', 1);
    await journey.waitForEnd(page);
    await page.evaluate(`location.hash = '#/train/${fingerprint}'`);
    await waitFor(async () => ((await page.getByLabel('Data set', { exact: true }).inputValue()) === fingerprint ? true : undefined));
    await page.evaluate(`location.hash = '#/datasets/${fingerprint}'`);
  });

  it('forgetting images asks for the runs that need them, and is taken back', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Forget images' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('A run needs them').waitFor();
    await dialog.getByRole('button', { name: 'Forget images' }).click();
    await page.getByText('known with the images only').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Random images of each class').waitFor();
  });

  it('no batches end the judging of a cut', async () => {
    const { page } = desktop;
    await page.evaluate(`location.hash = '#/runs'`);
    await page.getByRole('link', { name: 'whole' }).click();
    await page.getByRole('button', { name: 'Prune', exact: true }).click();
    await page.getByText('More settings').first().click();
    await page.getByRole('spinbutton', { name: 'Batches judged' }).fill('0');
    await page.getByText('At least 1').waitFor();
    expect(await page.getByText('Judging channels').count()).toBe(0);
    await page.getByRole('spinbutton', { name: 'Batches judged' }).fill('1');
    await page
      .getByRole('slider', { name: /^Line of the cut/ })
      .first()
      .waitFor();
    expect(desktop.complaints).toEqual([]);
  });
});
