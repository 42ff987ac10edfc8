/** The report in a real browser, opened from a disk, under its own policy. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reportPage } from '../../src/workbench/node-host.ts';
import { filledPage } from '../../src/workbench/report.ts';
import { lackOfChromium, launchOptions } from '../chromium.ts';
import { needs } from '../needs.ts';
import { exampleReport } from './example.ts';

interface Violation {
  id: string;
  nodes: { html: string }[];
}

describe('report in a browser', needs(lackOfChromium), () => {
  const data = exampleReport({ types: [8, 16], dims: [4, 8], depths: [2, 6], seeds: 2, arms: ['unpruned', 'ccm', 'pruned', 'scratch'] });
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capscope-report-'));
    const file = join(folder, 'report.html');
    await writeFile(file, filledPage(await reportPage(), data));
    browser = await chromium.launch(launchOptions);
    page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    await page.getByRole('heading', { name: 'Training', exact: true }).waitFor();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  const saved = async (menu: string | RegExp, entry: string): Promise<{ name: string; content: Buffer }> => {
    await page.getByRole('button', { name: menu }).first().click();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: entry }).click()]);
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
  };
  const chip = () => page.getByRole('button', { name: 'Show all runs again' });

  it('says all that the study shows, and shows every run', async () => {
    const conclusion = page.getByRole('region', { name: 'Conclusion' });
    for (const folded of await conclusion.locator('summary', { hasNotText: 'Network by network' }).all()) await folded.click();
    for (const { short } of data.results.conclusion.filter(({ network }) => network === null))
      expect(await conclusion.innerText()).toContain(short);
    expect(await page.getByRole('region', { name: 'Result of every run' }).locator('tbody tr').count()).toBe(data.runs.length);
    await expect.poll(() => page.locator('[data-pivot]').count()).toBe(2 * 3);
  });

  it.each(['light', 'dark'] as const)('has nothing that axe finds serious, in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const { violations } = await page.evaluate<{ violations: (Violation & { impact: string })[] }>(`${axe}; axe.run()`);
    const serious = violations.filter(({ impact }) => ['serious', 'critical'].includes(impact));
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 200)}`)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  it('never scrolls sideways, from a telephone to a large screen', async () => {
    for (const width of [390, 768, 1280, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      const beyond = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      await expect.poll(beyond, { message: `at ${width}` }).toBe(0);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('follows one choice in all panels: by a sentence, by a cell with the keyboard alone', async () => {
    const sentence = page.getByRole('region', { name: 'Conclusion' }).getByRole('button').first();
    await sentence.click();
    const { runs } = data.results.conclusion[0]!;
    expect(await chip().innerText()).toContain(`: ${runs.length} of ${data.runs.length}`);
    const dimmed = () => page.locator('[aria-hidden] circle[opacity="0.15"]').count();
    expect(await dimmed()).toBe(data.runs.length - runs.length);
    await chip().click();
    expect(await dimmed()).toBe(0);

    await page.locator('[data-pivot="0,0"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.locator('[data-pivot="1,0"]').getAttribute('aria-pressed')).toBe('true');
    expect(await chip().innerText()).toMatch(/^L = 6, D\/N = ¼: \d+ of 64$/);
    await page.keyboard.press('Enter');
    expect(await chip().count()).toBe(0);
  });

  it('saves the table as LaTeX, all runs as CSV, and a figure as wide as a column', async () => {
    const tex = await saved('Tables', 'Table as LaTeX (booktabs)');
    expect(tex.name).toBe('Example.tex');
    expect(tex.content.toString()).toContain('\\toprule');
    const csv = await saved('Tables', 'All runs as CSV');
    expect(csv.content.toString().trim().split('\n')).toHaveLength(1 + data.runs.length);
    const svg = (await saved(/^Save figure: Inactive share/, 'SVG, one column (85 mm)')).content.toString();
    expect(svg).toMatch(/<svg[^>]* width="85mm"/);
    expect(svg).not.toMatch(/var\(|class=/);
    // The page says beside the figure which mark is which arm.
    for (const arm of ['unpruned', 'CCM alone', 'pruned', 'from scratch']) expect(svg).toContain(`>${arm}</text>`);
    const png = (await saved(/^Save figure: Accuracy against depth/, 'PNG, page width (178 mm)')).content;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    // 178 mm at 600 dots per inch.
    expect(Math.abs(png.readUInt32BE(16) - 4205)).toBeLessThan(10);
  });

  it('saves figures for paper, on white, from a dark page, which stays dark', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    expect(dark).not.toBe('rgb(255, 255, 255)');
    const pivot = (await saved(/^Save figure: Inactive share/, 'SVG, one column (85 mm)')).content.toString();
    const trend = (await saved(/^Save figure: Accuracy against depth/, 'PNG, one column (85 mm)')).content.toString('base64');
    expect(await background()).toBe(dark);
    await page.emulateMedia({ colorScheme: 'light' });
    expect(pivot).toBe((await saved(/^Save figure: Inactive share/, 'SVG, one column (85 mm)')).content.toString());
    expect(trend).toBe((await saved(/^Save figure: Accuracy against depth/, 'PNG, one column (85 mm)')).content.toString('base64'));
  });

  it('is black on white when it is printed, with every panel at once', async () => {
    const panels = page.getByRole('button', { name: /^Save figure: / });
    const shown = await panels.count();
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' });
    // Paper does not wait: what is there before the page has had time for anything else is what is printed.
    const printed = await page.evaluate<{ titles: string[]; charts: number[] }>(`(async () => {
      dispatchEvent(new Event('beforeprint'));
      for (let i = 0; i < 100; i++) await null;
      const titles = [...document.querySelectorAll('h2')].map((heading) => heading.textContent);
      return { titles, charts: [...document.querySelectorAll('figure .canvas canvas')].map(({ style }) => parseFloat(style.height) || 0) };
    })()`);
    expect(printed.titles).toEqual(
      expect.arrayContaining(['Do all depths fall on one curve?', 'All runs', 'Each run against its own twin']),
    );
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(printed.charts.length).toBeGreaterThan(1);
    expect(Math.min(...printed.charts)).toBeGreaterThan(100);
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`);
    await page.emulateMedia({ colorScheme: 'light', media: 'screen' });
    await expect.poll(() => panels.count()).toBe(shown);
  });

  it('did all this without an error, a refusal or a request', () => expect(complaints).toEqual([]));
});
