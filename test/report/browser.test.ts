/** The report in a real browser, under its own policy. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleReport } from './example.ts';
import { renderReport } from '../../src/report/report.ts';
import { lackOfChromium, launchOptions } from '../chromium.ts';
import { needs } from '../needs.ts';

describe('report in a browser', needs(lackOfChromium), () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capscope-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, renderReport(exampleReport(3)));
    browser = await chromium.launch(launchOptions);
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  const saved = async (button: Locator): Promise<{ name: string; content: Buffer }> => {
    const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
  };

  it('never scrolls sideways, from a telephone to a large screen', async () => {
    for (const width of [390, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'), `at ${width}`).toBe(0);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('follows the colour scheme of the reader', async () => {
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
    await page.emulateMedia({ media: 'print' });
    expect(await background()).toBe(light);
    await page.emulateMedia({ media: 'screen', colorScheme: 'light' });
  });

  it('hides a run everywhere when it is unticked', async () => {
    const marks = page.locator('main .run-2').filter({ visible: true });
    const before = await marks.count();
    await page.getByLabel('pruned chip b0.1', { exact: false }).first().uncheck();
    // What stays is the run's entry in the list of runs.
    expect(await marks.count()).toBeLessThan(3);
    expect(before).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Show all' }).click();
    expect(await marks.count()).toBe(before);
  });

  it('tells the values under the pointer', async () => {
    const chart = page.locator('#test-accuracy svg');
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width - 20, box.y + box.height / 2);
    const tip = await page.locator('#tip').innerText();
    const row = await page.locator('#test-accuracy tbody tr').last().locator('td').allTextContents();
    expect(tip).toContain('epoch 12');
    for (const value of row.filter(Boolean)) expect(tip).toContain(value);
    await page.mouse.move(0, 0);
    expect(await page.locator('#tip').isVisible()).toBe(false);
  });

  it('saves a chart as CSV with full numbers, as SVG with its legend, and as PNG', async () => {
    const save = (kind: string) => saved(page.locator(`#test-loss button[data-save=${kind}]`));
    const csv = await save('csv');
    expect(csv.name).toBe('test-loss.csv');
    const lines = csv.content.toString().trim().split('\r\n');
    expect(lines).toHaveLength(13);
    expect(lines[1]).toMatch(/^"1",0\.\d{4,},0\.\d{4,},"","",""$/);

    const svg = (await save('svg')).content.toString();
    const problem = await page.evaluate(
      `new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml').querySelector('parsererror')?.textContent ?? ''`,
    );
    expect(problem).toBe('');
    expect(svg).toContain('unpruned</text>');
    expect(svg).not.toMatch(/var\(|class=/);

    const png = (await save('png')).content;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBe(1120);
  });

  it('did all this without an error, a refusal or a request', () => expect(complaints).toEqual([]));
});
