/** The window on a full disk, with a database that another program holds, and beside a study in the terminal. */
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import { startCapscope } from '../cli/capscope.ts';
import { writeTinyStudy } from '../cli/tiny-study.ts';
import { needs } from '../needs.ts';
import { holdDatabase, lackOfSmallDisk, mountSmallDisk } from '../small-disk.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe(driven('faults'), { ...needs(lackOfDesktop), timeout: 240_000 }, () => {
  let desktop: Desktop | null = null;
  afterEach(async () => {
    await desktop?.close().catch(() => undefined);
    desktop = null;
  });

  async function open(userData: string, dropFolder = userData): Promise<Desktop> {
    desktop = await openDesktop({ userData, dropFolder });
    await desktop.app.evaluate(({ dialog }) => {
      dialog.showMessageBox = () => Promise.resolve({ response: 0, checkboxChecked: false });
    });
    return desktop;
  }
  /** On few images, so that epochs are short. */
  async function train(window: Desktop, folder: string): Promise<void> {
    await journey.firstStart(window);
    await journey.dropMnist(window, await writeMnist(folder, journey.digits));
    await journey.train(window, 'long', 200);
  }
  const footer = ({ page }: Desktop) => page.getByRole('contentinfo', { name: 'Work' });
  const epoch = async (of: Desktop) => Number(/epoch (\d+)/.exec((await footer(of).textContent())!)?.[1] ?? 0);
  const laterThan = (of: Desktop, before: number) => waitFor(async () => ((await epoch(of)) > before ? true : undefined), 60_000);

  it('waits, says so, goes on, and can be closed while the disk is full', needs(lackOfSmallDisk), async () => {
    const disk = mountSmallDisk(12);
    onTestFinished(disk.remove);
    const data = makeFolder();
    onTestFinished(() => removeFolder(data));
    let window = await open(disk.folder, data);
    await train(window, data);
    await laterThan(window, 1);
    disk.fill();
    await footer(window).getByText('The disk is full: the run waits.').waitFor({ timeout: 60_000 });
    const before = await epoch(window);
    disk.free();
    await laterThan(window, before + 1);
    expect(await footer(window).getByText('The disk is full').count()).toBe(0);
    disk.fill();
    await footer(window).getByText('The disk is full').waitFor({ timeout: 60_000 });
    // Resolves when the window is gone.
    await window.close();
    disk.free();
    window = await open(disk.folder);
    await journey.show(window.page, 'Runs');
    await window.page.getByRole('link', { name: 'long' }).click();
    expect(await window.page.getByText('running', { exact: true }).count()).toBe(0);
  });

  it('waits while another program holds the database for 45 seconds', async () => {
    const folder = makeFolder();
    onTestFinished(() => removeFolder(folder));
    const window = await open(folder);
    await train(window, folder);
    await laterThan(window, 1);
    const release = holdDatabase(join(folder, 'capscope.db'));
    await footer(window).getByText('holds the database: the run waits.').waitFor({ timeout: 60_000 });
    const before = await epoch(window);
    await new Promise((resolve) => setTimeout(resolve, 45_000));
    // The page is alive meanwhile.
    await journey.show(window.page, 'Datasets');
    await window.page.locator('.cards > li').nth(1).waitFor();
    release();
    await laterThan(window, before);
  });

  it('shows what a study in the terminal trains, and offers nothing that only the terminal can do', async () => {
    const folder = makeFolder();
    onTestFinished(() => removeFolder(folder));
    const { page } = await open(folder);
    const study = writeTinyStudy(folder, { epochs: { train: 200, fineTune: 1 }, arms: ['unpruned'] }, 480);
    const { child } = startCapscope(['study', study, '--db', join(folder, 'capscope.db'), '--engine', 'wasm', '--threads', '1']);
    onTestFinished(() => void child.kill('SIGKILL'));
    const work = page.getByRole('contentinfo', { name: 'Work' });
    await work.getByText('is being trained by another process.').waitFor({ timeout: 60_000 });
    await work.getByRole('link').click();
    await page.getByText(new RegExp(`Being trained by another process: process ${child.pid!} on `)).waitFor();
    for (const name of ['Resume', 'Restart', 'Continue', 'Pause', 'Stop', 'Take out of the queue'])
      expect(await page.locator('main').getByRole('button', { name, exact: true }).count(), name).toBe(0);
    await page.getByRole('button', { name: 'More' }).click();
    expect(await page.getByRole('menuitem', { name: 'Resume' }).count()).toBe(0);
    expect(await page.getByRole('menuitem', { name: 'Delete' }).getAttribute('aria-disabled')).toBe('true');
    await page.keyboard.press('Escape');
    // Once the study is gone, its run can go on here.
    child.kill('SIGKILL');
    await page
      .locator('main')
      .getByRole('button', { name: /^(Resume|Restart)$/ })
      .waitFor({ timeout: 60_000 });
  });
});
