/** What the desktop expects of an application that works for hours: pausing, quitting, progress, notifications, its window. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lackOfSignals, needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe(driven('a long run'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  const open = () => openDesktop({ userData: folder, dropFolder: folder });

  beforeAll(async () => {
    folder = makeFolder();
    desktop = await open();
    await journey.firstStart(desktop);
    await journey.dropMnist(desktop, await writeMnist(folder, journey.digits));
    await journey.train(desktop, 'long', 200);
    await journey.waitForStep(desktop.page);
  });
  afterAll(async () => {
    await answerQuestion(0);
    await desktop.close();
    removeFolder(folder);
  });

  /** What the person says when asked whether to quit. Answers how often that was. */
  const answerQuestion = (response: number) =>
    desktop.app.evaluate(({ dialog }, answer) => {
      Object.assign(globalThis, { questions: 0 });
      dialog.showMessageBox = () => {
        (globalThis as unknown as { questions: number }).questions++;
        return Promise.resolve({ response: answer, checkboxChecked: false });
      };
    }, response);
  const questions = () => desktop.app.evaluate(() => (globalThis as unknown as { questions: number }).questions);

  it('shows its progress in the taskbar', async () => {
    const shares = await desktop.app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0]!;
      const seen: number[] = [];
      window.setProgressBar = (share) => void seen.push(share);
      while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
      return seen;
    });
    expect(shares[0]).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeGreaterThan(shares[0]!);
    expect(shares.at(-1)).toBeLessThan(1);
  });

  it('pauses and goes on', async () => {
    const { page } = desktop;
    await page.locator('main').getByRole('button', { name: 'Pause' }).click();
    await page.getByText('The queue is paused.', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Continue the queue' }).click();
    await journey.waitForStep(page);
  });

  it('survives its trainer standing still as in sleep', needs(lackOfSignals), async () => {
    const { page } = desktop;
    const trainer = await desktop.trainer();
    process.kill(trainer, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    process.kill(trainer, 'SIGCONT');
    const loss = page.locator('dt', { hasText: 'Training loss' }).locator('+ dd');
    const before = await loss.textContent();
    await waitFor(async () => ((await loss.textContent()) === before ? undefined : true));
  });

  it('asks before quitting, and goes on when told to', async () => {
    await answerQuestion(1);
    await desktop.app.evaluate(({ app }) => app.quit());
    await waitFor(async () => ((await questions()) === 1 ? true : undefined));
    await journey.waitForStep(desktop.page);
    await expect.poll(() => desktop.page.getByRole('heading', { name: 'long', level: 1 }).count()).toBe(1);
  });

  it('saves when it quits after all, and offers to go on at the next start', async () => {
    expect(desktop.complaints).toEqual([]);
    await answerQuestion(0);
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.setSize(1000, 700));
    await desktop.close();
    desktop = await open();
    const { page, app } = desktop;
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.getNormalBounds())).toMatchObject({
      width: 1000,
      height: 700,
    });
    await journey.show(page, 'Runs');
    await page.getByRole('link', { name: 'long' }).click();
    await page.getByText('Queued, number 1 in line; the queue is paused.').waitFor();
    await page.getByRole('button', { name: 'Continue the queue' }).click();
    await journey.waitForStep(page);
  });

  it('notifies at the end while the window is not in front', async () => {
    const { page, app } = desktop;
    await app.evaluate(({ BrowserWindow, Notification }) => {
      BrowserWindow.getAllWindows()[0]!.blur();
      Object.assign(globalThis, { notified: [] });
      Notification.prototype.show = function (this: { title: string; body: string }) {
        (globalThis as unknown as { notified: string[] }).notified.push(`${this.title}: ${this.body}`);
      };
    });
    await page.locator('main').getByRole('button', { name: 'Stop' }).click();
    await journey.show(page, 'Datasets');
    await journey.train(desktop, 'short', 1);
    await journey.waitForEnd(page);
    const notified = await app.evaluate(() => (globalThis as unknown as { notified: string[] }).notified);
    expect(notified).toHaveLength(1);
    expect(notified[0]).toMatch(/^short: Finished, test accuracy \d/);
  });

  it('complains of nothing', () => expect(desktop.complaints).toEqual([]));
});
