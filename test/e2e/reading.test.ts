/** The ways into the workbench that are no dropping, and the way back out while something is being read. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe(driven('reading data sets'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  const cards = () => desktop.page.locator('.cards > li').count();

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    await journey.firstStart(desktop);
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  it('can be cancelled, and nothing stays', async () => {
    const { page } = desktop;
    const rows = [0, 1].map((label) => `${label}${`,${label * 255}`.repeat(28 * 28)}\n`).join('');
    const file = join(folder, 'large.csv');
    writeFileSync(file, Buffer.alloc(100e6, rows).subarray(0, -(100e6 % rows.length)));
    await desktop.drop([file]);
    const task = page.getByRole('status').filter({ hasText: 'large.csv' });
    await task.getByRole('button', { name: 'Cancel' }).click();
    await task.waitFor({ state: 'detached' });
    await expect.poll(cards).toBe(1);
    expect(await page.getByRole('alert').count()).toBe(0);
    rmSync(file); // Else it is another data set beside those of the next tests.
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.startsWith(join('datasets', '/')))).toEqual([]);
  });

  it('takes files that are pasted', async () => {
    const { page } = desktop;
    const names = (await writeMnist(folder, { train: 50, test: 20 })).map((path) => path.slice(folder.length + 1));
    // A test cannot put files into the clipboard; the event is what the page gets of it.
    await page.evaluate(`
      const clipboardData = new DataTransfer();
      for (const name of ${JSON.stringify(names)}) clipboardData.items.add(new File([''], name));
      document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));`);
    await page.getByText(/ is ready\./).waitFor();
    await expect.poll(cards).toBe(2);
  });

  it('takes files and folders that are chosen in the dialog, and nothing when that is left', async () => {
    const { page, app } = desktop;
    const choose = (kind: string, filePaths: string[]) =>
      app
        .evaluate(({ dialog }, chosen) => {
          dialog.showOpenDialog = () => Promise.resolve({ canceled: chosen.length === 0, filePaths: chosen });
        }, filePaths)
        .then(() => page.getByRole('button', { name: kind, exact: true }).click());
    await choose('Files', []);
    // A folder of its own: beside the workbench's files there is what it keeps of data sets, which are data sets too.
    const digits = join(folder, 'digits');
    mkdirSync(digits);
    const files = await writeMnist(digits, { train: 60, test: 20 });
    await choose('Files', files);
    await waitFor(async () => ((await cards()) === 3 ? true : undefined));
    await choose('Folder', [digits]);
    await page.getByText(/is here already/).waitFor();
    await expect.poll(cards).toBe(3);
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});
