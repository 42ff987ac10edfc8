/** Doing what a person does, and what it costs the page and, where it is asked, the host. */
import type { Browser, Page } from 'playwright-core';
import { progress } from '../program.ts';
import { traced, type Busy } from './trace.ts';

export type Action = [what: string, act: (page: Page) => Promise<void>];

export interface Measured extends Busy {
  what: string;
  /** Milliseconds of processor time that the host took at a time, at most; null: it was not looked at. */
  host: number | null;
}

/** How long the page is left alone after an action, so that what it set off is counted too. */
export const settle = (page: Page) => page.waitForTimeout(400);

/** @param hostTime answers the longest time since it was last asked. */
export async function measure(
  browser: Browser,
  page: Page,
  actions: readonly Action[],
  hostTime: () => Promise<number | null> = () => Promise.resolve(null),
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const [what, act] of actions) {
    progress(what);
    await hostTime();
    const busy = await traced(browser, page, async () => {
      await act(page);
      await settle(page);
    });
    measured.push({ what, ...busy, host: await hostTime() });
  }
  return measured;
}

/** Opens the page at the address that lets it in, and goes on from there. */
export async function openPage(browser: Browser, url: string, route: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(url);
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  await page.goto(`${new URL(url).origin}/#${route}`);
  return page;
}

/** Of several measurements the least: what the machine did besides only adds. */
export function best(rounds: Measured[][]): Measured[] {
  return rounds[0]!.map(({ what, host }, i) => {
    const least = (key: keyof Busy) => Math.min(...rounds.map((measured) => measured[i]![key]));
    return {
      what,
      ...{ longest: least('longest'), longestCpu: least('longestCpu'), overLimit: least('overLimit') },
      host: host === null ? null : Math.min(...rounds.map((measured) => measured[i]!.host ?? Infinity)),
    };
  });
}
