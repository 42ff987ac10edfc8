/** Figures of a report as SVG: saved in a browser as a reader would, so that they are the workbench's own charts. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { chromium as chromiumHere, launchOptions } from '../../test/chromium.ts';
import type { Figure } from './questions/question.ts';

/** Wide enough for all panels beside each other. */
const viewport = { width: 1900, height: 1200 };

/** Why there is no browser; null where there is one. */
export async function withBrowser(work: (browser: Browser) => Promise<void>): Promise<string | null> {
  if (chromiumHere === null) return 'There is no browser here; install Chromium.';
  const browser = await chromium.launch(launchOptions);
  try {
    await work(browser);
    return null;
  } finally {
    await browser.close();
  }
}

/** @param report path of an HTML file */
export async function figuresOf(browser: Browser, report: string, figures: readonly Figure[]): Promise<Map<string, string>> {
  const page = await browser.newPage({ viewport, colorScheme: 'light' });
  try {
    await page.goto(pathToFileURL(report).href);
    const saved = new Map<string, string>();
    for (const { name, panel, shown, columns } of figures) {
      if (columns !== undefined) await page.getByLabel('Columns').selectOption({ label: columns });
      await page.getByRole('group', { name: 'Number shown' }).getByText(shown, { exact: true }).click();
      const menu = page.getByRole('button', { name: new RegExp(panel.source.replaceAll('^', '^Save figure: ')) }).first();
      await menu.click();
      const entry = page.getByRole('menuitem', { name: /^SVG, page width/ });
      const [download] = await Promise.all([page.waitForEvent('download'), entry.click()]);
      saved.set(name, slim(readFileSync(await download.path(), 'utf8')));
    }
    return saved;
  } finally {
    await page.close();
  }
}

/** Less what says nothing, being what a drawing has anyway, and digits that no eye can tell. Full circles need four: their ends differ. */
function slim(svg: string): string {
  const said = svg
    .replaceAll(/ (?:stroke-dasharray|stroke)="none"/g, '')
    .replaceAll(/ opacity="1"| display="(?:inline|block)"| font-variant-numeric="normal"| text-anchor="start"/g, '')
    .replaceAll(/(\d\.\d{4})\d+/g, '$1');
  return `${said.trim()}\n`;
}
