/** The list of runs as a table to work in: filter, groups, columns, scatter, views, keys, and that it is found again as it was left. */
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { lackOfBrowserMode, openBrowserMode, type BrowserMode } from './browser-mode.ts';
import { show } from './journey.ts';
import { writeMadeUp } from './made-up.ts';
import { makeFolder, removeFolder, waitFor } from './session.ts';

describe('runs (Chromium)', needs(lackOfBrowserMode), () => {
  let folder: string;
  let session: BrowserMode;
  beforeAll(async () => {
    folder = makeFolder();
    session = await openBrowserMode(['src/cli/start.mjs', 'serve', '--no-open', '--db', await writeMadeUp(folder)]);
    // All lines are in sight, and so in the page.
    await session.page.setViewportSize({ width: 1600, height: 1300 });
    await show(session.page, 'Runs');
    await session.page.locator('tr.run').first().waitFor();
  });
  afterAll(async () => {
    await session.close();
    removeFolder(folder);
  });

  const runs = () => session.page.locator('tr.run');
  const count = async (of: Locator, expected: number) => waitFor(async () => ((await of.count()) === expected ? true : undefined));
  const filter = async (text: string) => {
    await session.page.getByLabel('Filter runs').fill(text);
    await session.page.keyboard.press('Enter');
  };
  const cell = (name: string, head: string) => async () => {
    const heads = (await session.page.locator('thead th').allTextContents()).map((text) => text.trim());
    const line = session.page.getByRole('row').filter({ has: session.page.getByRole('link', { name, exact: true }) });
    return (await line.locator('td, th').nth(heads.indexOf(head)).textContent())?.trim();
  };

  it('names every run so that it can be told from all others', async () => {
    await count(runs(), 20);
    const names = await runs().getByRole('link').allTextContents();
    expect(new Set(names).size).toBe(20);
    expect(names).toContain('N8 D4 L4 pruned chip .5/.5, seed 1');
  });

  it('shows a run that waits to be cut as the cut will leave it', async () => {
    const waiting = 'N4 D4 L4 pruned chip .5/.5, seed 2';
    expect(await cell(waiting, 'N')()).toBe('2');
    expect(await cell(waiting, 'Gain')()).toBe('4.50');
    expect(await cell('N4 D4 L4 pruned chip .5/.5, seed 1', 'N')()).toBe('2');
  });

  it('fades what would go before Enter, and completes what is typed', async () => {
    const { page } = session;
    await page.getByLabel('Filter runs').pressSequentially('acc > 0.8 ar');
    await page.getByRole('option', { name: /^arm:/ }).click();
    await expect.poll(() => page.getByLabel('Filter runs').inputValue()).toBe('acc > 0.8 arm:');
    await page.getByLabel('Filter runs').pressSequentially('pru');
    await page.getByRole('option', { name: /^pruned/ }).click();
    await page.getByText(/keeps 3 of 20, the faded go/).waitFor();
    await count(page.locator('tr.run.faded'), 17);
    await page.keyboard.press('Enter');
    await count(runs(), 3);
  });

  it('says which word of a filter cannot be read, and what was expected; the list stays', async () => {
    const { page } = session;
    await filter('acc > high');
    await page.getByText('“high” is not a number; expected acc > 0.8.').waitFor();
    await filter('gian < 1');
    await page.getByText('“gian” is not a field; did you mean gain?').waitFor();
    await expect.poll(() => runs().count()).toBe(3);
    // The one that waits has a twin, too.
    await filter('twin.acc < 0.5 arm:pruned');
    await count(runs(), 4);
    await filter('"seed 2" -arm:pruned,source');
    await count(runs(), 6);
    await filter('');
    await count(runs(), 20);
  });

  it('groups in any order, with mean ± sd, and folds', async () => {
    const { page } = session;
    for (const grouping of ['network', 'arm']) {
      await page.getByRole('button', { name: 'Group by another' }).click();
      await page.getByRole('menuitem', { name: grouping, exact: true }).click();
    }
    const groups = page.locator('tr.group');
    await count(groups, 12);
    const scratch = groups.filter({ hasText: 'from scratch' }).first();
    expect(await scratch.textContent()).toMatch(/91\.\d\d\s%\s±\s\d\.\d\d/);
    await scratch.getByRole('button').click();
    await count(runs(), 18);
    await scratch.getByRole('button').click();
    await count(runs(), 20);
    await page.getByRole('button', { name: 'Do not group by network' }).click();
    await count(groups, 5);
    // The keyboard's place did not go with the button.
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe('Group by another');
    await page.getByRole('button', { name: 'Do not group by arm' }).click();
    await count(groups, 0);
  });

  it('shows the columns that are asked for, as wide as they are pulled', async () => {
    const { page } = session;
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('checkbox', { name: /^Loss/ }).check();
    await page.getByRole('checkbox', { name: /^Status/ }).uncheck();
    await page.keyboard.press('Escape');
    await page.getByRole('columnheader', { name: 'Loss' }).waitFor();
    await page.getByRole('columnheader', { name: 'Status' }).waitFor({ state: 'detached' });
    const edge = page.getByRole('separator', { name: 'Width of Gain' });
    const wide = async () => Number(await edge.getAttribute('aria-valuenow'));
    const before = await wide();
    await edge.focus();
    await page.keyboard.press('ArrowRight');
    expect(await wide()).toBe(before + 0.5);
    const box = (await edge.boundingBox())!;
    await page.mouse.move(box.x + 3, box.y + 8);
    await page.mouse.down();
    await page.mouse.move(box.x + 67, box.y + 8, { steps: 4 });
    await page.mouse.up();
    await waitFor(async () => ((await wide()) > before + 3 ? true : undefined));
  });

  it('shares a stretch of the scatter with the table', async () => {
    const { page } = session;
    await page.getByRole('button', { name: 'Scatter' }).click();
    const area = page.locator('.brushable');
    await area.locator('canvas').waitFor();
    // All but the one that waits have an accuracy.
    const byArm = page.getByRole('img', { name: /^Accuracy by arm: / });
    expect(await byArm.getAttribute('aria-label')).toMatch(
      /unpruned 10\.0\s%, 4 runs; .*; pruned 8\d\.\d\s%, 3 runs; from scratch 9\d\.\d\s%, 4 runs/,
    );
    const box = (await area.boundingBox())!;
    await page.mouse.move(box.x + 45, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + box.height * 0.4, { steps: 5 });
    await page.mouse.up();
    // Inactive to the last: unpruned, source and CCM alone, of two networks and seeds.
    await page.getByRole('button', { name: '12 runs highlighted' }).waitFor();
    await count(page.locator('tr.run.brushed'), 12);
    await page.getByRole('button', { name: 'Select these' }).click();
    await page.getByText('12 selected').waitFor();
    await page.getByRole('button', { name: 'Show only these' }).click();
    await count(runs(), 12);
    expect(await page.getByLabel('Filter runs').inputValue()).toMatch(/^gain = [\d.]+ inactive = [\d.]+$/);
    await page.getByRole('button', { name: 'Clear selection' }).click();
  });

  it('keeps a view under a name, and everything when it is left and when it is loaded anew', async () => {
    const { page } = session;
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save this view…' }).click();
    await page.getByRole('dialog').getByLabel('Name').fill('vanished ones');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'All runs' }).click();
    await count(runs(), 20);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'vanished ones' }).click();
    await count(runs(), 12);
    await page.getByLabel('Filter runs').pressSequentially(' seed = 1');
    await show(page, 'Studies');
    await show(page, 'Runs');
    await count(runs(), 12);
    expect(await page.getByLabel('Filter runs').inputValue()).toContain(' seed = 1');
    await page.keyboard.press('Escape');
    await page.waitForTimeout(600);
    await page.reload();
    await count(runs(), 12);
    await page.getByRole('columnheader', { name: 'Loss' }).waitFor();
    expect(await page.getByRole('button', { name: 'Scatter' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('is worked by keys: down, up, choose, filter, group, compare', async () => {
    const { page } = session;
    await filter('');
    await page.locator('h1').click();
    await page.keyboard.press('j');
    const place = () => page.evaluate('document.activeElement?.getAttribute("aria-rowindex")');
    await waitFor(async () => ((await place()) === '2' ? true : undefined));
    await page.keyboard.press('x');
    await page.keyboard.press('j');
    await waitFor(async () => ((await place()) === '3' ? true : undefined));
    await page.keyboard.press('x');
    await page.getByText('2 selected').waitFor();
    await page.keyboard.press('k');
    await waitFor(async () => ((await place()) === '2' ? true : undefined));
    await page.keyboard.press('g');
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe('Group by another');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).toBe('Filter runs');
    // Typed here, they are letters.
    await page.keyboard.type('jkxcg');
    expect(await page.getByLabel('Filter runs').inputValue()).toBe('jkxcg');
    await page.keyboard.press('Escape');
    await page.locator('h1').click();
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'Compare', level: 1 }).waitFor();
  });

  it('exports a run for other programs, as the chosen format', async () => {
    const { page } = session;
    await show(page, 'Runs');
    await filter('"N4 D4 L4 from scratch, seed 1"');
    await page
      .getByRole('button', { name: /^Actions for/ })
      .first()
      .click();
    await page.getByRole('menuitem', { name: 'Export for other programs…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('radio', { name: /^ONNX/ }).check();
    const onnx = await session.saved(dialog.getByRole('button', { name: 'Export…' }));
    expect(onnx.name).toMatch(/\.onnx$/);
    expect(onnx.content.includes('capscope.classes')).toBe(true);
    await dialog.waitFor({ state: 'detached' });
  });

  it('says what a network takes a drawing for, and of an empty sheet nothing', { timeout: 60_000 }, async () => {
    const { page } = session;
    await page.locator('tr.run').getByRole('link').first().click();
    await page.getByRole('button', { name: 'Try it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Draw something.').waitFor();
    const sheet = (await dialog.getByLabel('Drawing').boundingBox())!;
    await page.mouse.move(sheet.x + 0.4 * sheet.width, sheet.y + 0.2 * sheet.height);
    await page.mouse.down();
    await page.mouse.move(sheet.x + 0.5 * sheet.width, sheet.y + 0.8 * sheet.height, { steps: 8 });
    await page.mouse.up();
    // All weights are the same: the answer is a tie, and no class is named.
    await dialog
      .getByRole('status')
      .filter({ hasText: /^No class: / })
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('complains of nothing', () => expect(session.complaints).toEqual([]));
});
