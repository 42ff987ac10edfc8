/** The running workbench as a test uses it, in a window or in a browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';

export interface Session {
  page: Page;
  /** Drags files over the window; they hang there until `drop`. */
  drag: (paths: readonly string[]) => Promise<void>;
  drop: (paths: readonly string[]) => Promise<void>;
  /** The file that pressing it saves. */
  saved: (button: Locator) => Promise<{ name: string; content: Buffer }>;
  /** Process id of the trainer. */
  trainer: () => Promise<number>;
  /** Everything that the page has complained of so far. */
  complaints: string[];
  close: () => Promise<void>;
}

export const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'capscope-e2e-'));
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });

/** Asks until there is an answer. @param within milliseconds. */
export async function waitFor<T>(ask: () => Promise<T | undefined> | T | undefined, within = 30_000): Promise<T> {
  for (const end = Date.now() + within; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`There was no answer within ${within / 1000} seconds.`);
}

/** Drags and drops as the system does, so that the page gets real files. */
export async function dragging(page: Page): Promise<Pick<Session, 'drag' | 'drop'>> {
  const devTools = await page.context().newCDPSession(page);
  const send = (type: 'dragEnter' | 'dragOver' | 'drop', files: readonly string[]) =>
    devTools.send('Input.dispatchDragEvent', { type, x: 400, y: 300, data: { items: [], files: [...files], dragOperationsMask: 1 } });
  const drag = async (files: readonly string[]) => {
    await send('dragEnter', files);
    await send('dragOver', files);
  };
  return {
    drag,
    drop: async (files) => {
      await drag(files);
      await send('drop', files);
    },
  };
}

export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}

let told = '';

/** Says once in a file what its tests drive, as the running program itself tells. */
export async function tellProgram(page: Page, program: string): Promise<void> {
  const [, chromium = 'unknown'] = /Chrome\/(\d+)/.exec(await page.evaluate(() => navigator.userAgent)) ?? [];
  const text = `Driven: ${program}, Chromium ${chromium}`;
  // Not on standard output, which is a benchmark's own.
  if (text !== told) console.error(text);
  told = text;
}
