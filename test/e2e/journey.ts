/** What a person does with the workbench from the first start on, step by step; the same in a window and in a browser. */
import { basename } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { waitFor, type Session } from './session.ts';

export const digits = { train: 600, test: 200 };

/** Shows a view by its place in the rail. */
export async function show(page: Page, view: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name: view, exact: false }).first().click();
}

const status = (page: Page, text: string) => page.locator('main header').getByText(text, { exact: true });
const chart = (page: Page, title: string) =>
  page.getByRole('figure').filter({ has: page.getByRole('heading', { name: title, exact: true }) });
const picture = (of: Locator) => of.locator('canvas').evaluate((canvas: { toDataURL: () => string }) => canvas.toDataURL());

/** The bundled sample is there, and nothing else. */
export async function firstStart({ page }: Session): Promise<void> {
  await page.getByRole('heading', { name: 'MNIST sample' }).waitFor();
  await page.getByText('comes with Capscope').waitFor();
  await page
    .getByRole('img', { name: /^0, image \d+$/ })
    .first()
    .waitFor();
}

const twoCards = (page: Page) => waitFor(async () => ((await page.locator('.cards > li').count()) === 2 ? true : undefined));

/** The four files become a data set; dropped again, they are recognised. */
export async function dropMnist({ page, drag, drop }: Session, files: readonly string[]): Promise<void> {
  await drag(files);
  await page.getByText('Drop to read').waitFor();
  await drop(files);
  await page.getByText(/ is ready\./).waitFor();
  expect(await page.getByText('Drop to read').count()).toBe(0);
  // Not by expect.poll(), which takes part in tests only: this is also what tests begin with.
  await twoCards(page);
  await drop(files);
  await page.getByText(/is here already/).waitFor();
  await twoCards(page);
}

/** Begins to train a tiny network on the data set that is shown. Ends in the view of the run. */
export async function train({ page }: Session, name: string, epochs: number): Promise<void> {
  await page.getByRole('button', { name: 'Train on it' }).click();
  await page.getByLabel('Preset', { exact: true }).selectOption('Tiny: N8 D4 L2');
  await page.getByLabel('L, intermediate layers', { exact: true }).fill('1');
  await page.getByLabel('Epochs', { exact: true }).fill(String(epochs));
  await page.getByLabel('Name of the run').fill(name);
  await page.getByRole('button', { name: /^(Start|Queue)$/ }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

/** The loss is drawn while it falls. */
export async function watchCurves({ page }: Session): Promise<void> {
  const loss = chart(page, 'Margin loss');
  await loss.locator('canvas').waitFor();
  const seen = new Set<string>();
  await waitFor(async () => (seen.add(await picture(loss)).size >= 3 ? true : undefined));
  await waitForEnd(page);
  for (const title of ['Every capsule, every epoch', 'Activation by depth', 'Gradient norm by layer', 'Accuracy'])
    await chart(page, title).waitFor();
}

/** Resolves when steps of a run are being done. */
export const waitForStep = (page: Page) => page.locator('footer').getByText('images/s').waitFor();

export async function waitForEnd(page: Page): Promise<void> {
  await status(page, 'finished').waitFor({ timeout: 60_000 });
}

/** Looks at what a cut would take away, cuts, and fine-tunes. Begins in the view of a finished run. */
export async function prune({ page }: Session, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Prune', exact: true }).click();
  await page
    .getByRole('slider', { name: /^Line of the cut/ })
    .first()
    .waitFor({ timeout: 30_000 });
  const parameters = page.locator('dt', { hasText: 'Parameters' }).locator('+ dd strong');
  const half = await parameters.textContent();
  await page.getByRole('spinbutton', { name: 'Backbone ratio' }).fill('0.75');
  await page.keyboard.press('Enter');
  await waitFor(async () => ((await parameters.textContent()) === half ? undefined : true));
  await page.getByLabel('Epochs', { exact: true }).fill('1');
  for (const control of await page.getByRole('group', { name: 'Queued with it' }).getByRole('checkbox').all()) await control.uncheck();
  await page.getByLabel('Name of the pruned run').fill(name);
  await page.getByRole('button', { name: 'Prune and fine-tune' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await waitForEnd(page);
}

/** Puts the two side by side and saves the comparison in every format. Begins in the view of the pruned run. */
export async function compareAndExport({ page, saved }: Session, names: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Compare 2' }).click();
  const table = page.getByRole('region', { name: 'Comparison' });
  for (const name of names) await table.getByRole('columnheader', { name }).waitFor();
  await table.getByRole('rowheader', { name: 'Test accuracy', exact: true }).waitFor();
  const formats: [string, string, RegExp][] = [
    ['CSV', 'comparison.csv', new RegExp(`^[^\\n]*${names[0]}[^\\n]*${names[1]}`)],
    ['JSON', 'comparison.json', new RegExp(`"${names[0]}"`)],
    ['Markdown', 'comparison.md', /^\|.*\|\n\|[ :|-]+\|/m],
    ['LaTeX', 'comparison.tex', /\\begin\{tabular\}/],
    ['HTML report', 'Comparison.html', /^<!doctype html>/i],
  ];
  for (const [format, name, content] of formats) {
    await page.getByRole('button', { name: 'Export' }).click();
    const file = await saved(page.getByRole('menuitem', { name: format }));
    expect(basename(file.name)).toBe(name);
    expect(file.content.toString()).toMatch(content);
    if (format === 'JSON') JSON.parse(file.content.toString());
  }
}

/** Kills the trainer in the middle: the run is marked, the page lives, and the run goes on from its checkpoint. */
export async function killTrainerAndResume({ page, trainer }: Session, name: string): Promise<void> {
  const epoch = page.locator('dt', { hasText: 'Epoch' }).locator('+ dd');
  const reached = async () => Number((await epoch.textContent())?.split(' ')[0]);
  await waitFor(async () => ((await reached()) >= 2 ? true : undefined));
  process.kill(await trainer(), 'SIGKILL');
  await status(page, 'interrupted').waitFor();
  await page
    .getByText(/can go on from its last checkpoint/)
    .first()
    .waitFor();
  const kept = await reached();
  expect(kept).toBeGreaterThanOrEqual(1);
  await page.getByRole('button', { name: 'Resume' }).click();
  await status(page, 'running').waitFor();
  await waitFor(async () => ((await reached()) > kept + 1 ? true : undefined));
  await page.locator('main').getByRole('button', { name: 'Stop' }).click();
  await status(page, 'stopped').waitFor();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

/** Everything that was made is in the list. */
export async function findEverything({ page }: Session, runs: Record<string, string>): Promise<void> {
  await show(page, 'Datasets');
  await waitFor(async () => ((await page.locator('.cards > li').count()) === 2 ? true : undefined));
  await show(page, 'Runs');
  for (const [name, state] of Object.entries(runs)) {
    const line = page.getByRole('row').filter({ has: page.getByRole('link', { name, exact: true }) });
    await line.getByText(state, { exact: true }).waitFor();
  }
}
