/** The forecast where a network is decided on: a network that vanishes, a remedy, and what a cut does to the verdict. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { driven, lackOfDesktop, openDesktop, type Desktop } from './desktop.ts';
import * as journey from './journey.ts';
import { writeMnist } from './mnist.ts';
import { makeFolder, removeFolder } from './session.ts';

/** Null unless Vitest's mode asks for them. */
const pictures = process.env['MODE'] === 'pictures' ? fileURLToPath(new URL('../../out/pictures/', import.meta.url)) : null;
const sizes = [
  { width: 1920, height: 1080 },
  { width: 2560, height: 1440 },
  { width: 1280, height: 800 },
];

describe(driven('forecast'), needs(lackOfDesktop), () => {
  let folder: string;
  let desktop: Desktop;
  let forecast: Locator;

  beforeAll(async () => {
    if (pictures !== null) mkdirSync(pictures, { recursive: true });
    folder = makeFolder();
    desktop = await openDesktop({ userData: folder, dropFolder: folder });
    await journey.dropMnist(desktop, await writeMnist(folder, { train: 100, test: 50 }));
    const { page } = desktop;
    forecast = page.getByRole('region', { name: 'Forecast', exact: true });
    await page.getByRole('button', { name: 'Train on it' }).click();
    await page.getByLabel('Preset', { exact: true }).selectOption('Tiny: N8 D4 L2');
    await page.getByLabel('L, intermediate layers', { exact: true }).fill('4');
    await page.getByLabel('N, capsule types', { exact: true }).fill('16');
    await page.getByLabel('Epochs', { exact: true }).fill('1');
    await page.keyboard.press('Enter');
  });
  afterAll(async () => {
    await desktop.close();
    removeFolder(folder);
  });

  const verdict = (words: string) => forecast.getByText(words, { exact: true }).first().waitFor();
  const seen = () => forecast.getByText('Measured with untrained weights on real images.').waitFor();
  const below = async () => (await desktop.page.getByRole('heading', { name: 'Training', exact: true }).boundingBox())!.y;

  async function picture(name: string): Promise<void> {
    if (pictures === null) return;
    for (const theme of ['dark', 'light'] as const) {
      await desktop.page.emulateMedia({ colorScheme: theme });
      for (const size of sizes) {
        await desktop.page.setViewportSize(size);
        await desktop.page.waitForTimeout(300);
        await desktop.page.screenshot({ path: join(pictures, `${name}-${theme}-${size.width}.png`) });
      }
    }
  }

  it('says at once that N16 D4 L4 vanishes, and where once images were looked at', async () => {
    await verdict('✕ vanishes');
    await forecast
      .getByText(/Vanishes with depth: gain 0\.56 is below 0\.79, the critical gain on this map for 3 routing iterations/)
      .waitFor();
    const before = await below();
    await seen();
    await forecast.getByText(/^Vanishes in layer \d of 4: gain 0\.56 is below 0\.79/).waitFor();
    expect(await below(), 'what is beneath has moved').toBe(before);
    await picture('forecast-vanishes');
  });

  it('looks at what would keep it active, too, and leaves out what would not', async () => {
    const remedies = forecast.getByRole('listitem');
    await expect.poll(() => remedies.getByText('by gains', { exact: true }).count(), { timeout: 60_000 }).toBe(0);
    await expect.poll(() => remedies.count()).toBe(5);
    await expect.poll(() => remedies.getByText('○ stays').count()).toBe(5);
    await picture('forecast-remedies');
  });

  it('has the numbers of the chart in a table', async () => {
    await forecast.getByRole('button', { name: 'Show as a table' }).click();
    const row = forecast.getByRole('row', { name: /^Capsules 4/ });
    await row.getByText('0.79').waitFor();
    await picture('forecast-table');
    await forecast.getByRole('button', { name: 'Show as a chart' }).click();
  });

  it('applies a remedy, with which activity stays, and takes it back by key', async () => {
    const { page } = desktop;
    const before = await below();
    await forecast.getByRole('button', { name: 'D = 12', exact: true }).click();
    await verdict('○ stays');
    await seen();
    await forecast.getByText(/^Stays active in all 4 layers: gain 1\.69 is above/).waitFor();
    expect(await page.getByLabel('D, dimension', { exact: true }).inputValue()).toBe('12');
    expect(await below(), 'what is beneath has moved').toBe(before);
    await picture('forecast-stays');
    await page.keyboard.press('Control+z');
    await verdict('✕ vanishes');
    expect(await page.getByLabel('D, dimension', { exact: true }).inputValue()).toBe('4');
  });

  it('is among the facts of a run', async () => {
    const { page } = desktop;
    await page.getByLabel('Name of the run').fill('deep');
    await page.getByRole('button', { name: /^(Start|Queue)$/ }).click();
    await page.getByRole('heading', { name: 'deep', level: 1 }).waitFor();
    await page.locator('dt', { hasText: 'Gain, critical' }).locator('+ dd').getByText('✕ vanishes').waitFor();
    await journey.waitForEnd(page);
    await picture('forecast-run');
  });

  it('follows the ratio of a cut', async () => {
    const { page } = desktop;
    await page.getByRole('button', { name: 'Prune', exact: true }).click();
    const ratio = page.getByRole('spinbutton', { name: 'Primary capsule ratio' });
    const gain = forecast.locator('dt', { hasText: /^Gain$/ }).locator('+ dd');
    await ratio.fill('0');
    await page.keyboard.press('Enter');
    await expect.poll(() => gain.textContent()).toMatch(/0\.56\s*→\s*0\.56/);
    await ratio.fill('0.75');
    await page.keyboard.press('Enter');
    await expect.poll(() => gain.textContent()).toMatch(/0\.56\s*→\s*2\.25/);
    await forecast.getByText('on images, as the cut leaves it').waitFor();
    await picture('forecast-prune');
    expect(desktop.complaints).toEqual([]);
  });
});
