/** The journey of desktop.test.ts once more, in browser mode from its own command; and who is turned away. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { lackOfBrowserMode, openBrowserMode, type BrowserMode } from './browser-mode.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder } from './session.ts';

describe('browser mode (Chromium)', needs(lackOfBrowserMode), () => {
  let folder: string;
  let files: string[];
  let session: BrowserMode;
  const open = () => openBrowserMode(['src/cli/start.mjs', 'serve', '--no-open', '--db', join(folder, 'capscope.db')]);

  beforeAll(async () => {
    folder = makeFolder();
    files = await writeMnist(folder, journey.digits);
    session = await open();
  });
  afterAll(async () => {
    await session.close();
    removeFolder(folder);
  });

  it('lets in who has the token, on the right name, from its own page', async () => {
    const { origin, hash } = new URL(session.url);
    const { page } = session;
    // The code has been used, and is in no address that the browser keeps.
    const headers = { origin, authorization: `Code ${hash.split('=')[1]!}` };
    expect((await fetch(`${origin}/enter`, { method: 'POST', headers })).status).toBe(403);
    await expect.poll(() => new URL(page.url()).hash).toBe('#/datasets');
    expect(await page.context().cookies()).toEqual([]);
    const other = await page.context().browser()!.newContext();
    const stranger = await other.newPage();
    for (const address of [session.url, origin]) {
      await stranger.goto(address);
      await stranger.getByText(/terminal in which Capscope runs/).waitFor();
    }
    // The address that is asked for in the terminal lets one more browser in, in the very tab that was refused.
    await stranger.goto(await session.askAgain());
    await stranger.getByRole('heading', { name: 'Datasets' }).waitFor();
    await other.close();
  });
  it('stays let in when the page is loaded anew, and opens further tabs', async () => {
    const { page } = session;
    await page.reload();
    await page.getByRole('heading', { name: 'Datasets' }).waitFor();
    const tab = await page.context().newPage();
    await tab.goto(`${new URL(session.url).origin}/#/runs`);
    await tab.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
    await tab.close();
  });
  it('shows its secrets in no list of processes', needs(process.platform === 'linux' ? null : 'Looks into /proc.'), async () => {
    const token = await session.page.evaluate<string>('sessionStorage.getItem("capscope-key")');
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      expect(command.includes(token) || command.includes(session.url), command).toBe(false);
    }
    expect(session.printed()).not.toContain(token);
    expect(await session.page.title()).not.toContain(token);
  });
  it('is as the settings say from the first picture on, whatever the system is', async () => {
    const { page } = session;
    const choose = async (appearance: string) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByLabel('Appearance').selectOption(appearance);
      await page.locator(`html[data-theme="${appearance.toLowerCase()}"]`).waitFor();
      await page.keyboard.press('Escape');
    };
    await choose('Dark');
    // Before every picture.
    await page.addInitScript(`
      globalThis.seen = new Set();
      const look = () => {
        if (document.body) seen.add(getComputedStyle(document.body).backgroundColor);
        requestAnimationFrame(look);
      };
      look();`);
    await page.reload();
    await page.getByRole('navigation', { name: 'Views' }).waitFor();
    const seen = () => page.evaluate<string[]>('[...seen]');
    await expect.poll(seen).toEqual(['rgb(20, 24, 29)']);
    await choose('Light');
    await expect.poll(seen).toEqual(['rgb(20, 24, 29)', 'rgb(255, 255, 255)']);
  });
  it('starts with the sample', () => journey.firstStart(session));
  it('reads the four files of MNIST that are dropped on it', () => journey.dropMnist(session, files));
  it('trains two epochs and draws them as they come', async () => {
    await journey.train(session, 'whole', 2);
    await journey.watchCurves(session);
  });
  it('shows what a cut takes away, cuts and fine-tunes', () => journey.prune(session, 'cut'));
  it('compares the two and saves the comparison', () => journey.compareAndExport(session, ['whole', 'cut']));
  it('survives a killed trainer and goes on from the checkpoint', async () => {
    await journey.show(session.page, 'Datasets');
    await journey.train(session, 'long', 200);
    await journey.killTrainerAndResume(session, 'long');
  });
  it('saves what is being trained at Ctrl-C, and finds everything again', async () => {
    await session.page.getByRole('button', { name: 'Resume' }).click();
    await journey.waitForStep(session.page);
    const complaints = [...session.complaints];
    expect(await session.interrupt()).toBe(0);
    await session.close();
    session = await open();
    await journey.findEverything(session, { whole: 'finished', cut: 'finished', long: 'queued, no. 1' });
    expect([...complaints, ...session.complaints]).toEqual([]);
  });
});
