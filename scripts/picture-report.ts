/**
 * Takes the README's picture: the top of a study's report, with what it shows and every run of it.
 *
 *     node scripts/picture-report.ts <report.html>
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { launchOptions } from '../test/chromium.ts';

const [report] = process.argv.slice(2);
if (!report) throw new Error('name a report');
const picture = fileURLToPath(new URL('../docs/images/report.png', import.meta.url));

const browser = await chromium.launch(launchOptions);
try {
  const width = 1280;
  const page = await browser.newPage({ viewport: { width, height: 1600 }, colorScheme: 'light' });
  await page.goto(pathToFileURL(resolve(report)).href);
  // The first figure is the pivot, below the conclusion.
  const shown = await page.locator('figure').first().boundingBox();
  if (!shown) throw new Error(`${report} shows no run`);
  await page.screenshot({ path: picture, clip: { x: 0, y: 0, width, height: Math.ceil(shown.y + shown.height) + 8 } });
} finally {
  await browser.close();
}
