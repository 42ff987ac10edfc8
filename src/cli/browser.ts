/** Opens a browser at an address that holds a secret. */
import { rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Milliseconds in which a browser has read the file. */
const readWithin = 60_000;

/**
 * Command lines are seen by everybody on the machine, except on Windows: the browser is started with a file that only its user
 * may read, and that sends it on. In the home folder, because browsers in a sandbox of their own see no hidden or temporary ones.
 */
export async function openBrowser(
  address: string,
  open: (target: string) => Promise<unknown>,
  { platform = process.platform, folder = homedir() } = {},
): Promise<void> {
  if (platform === 'win32') {
    await open(address);
    return;
  }
  const file = join(folder, `capscope-${process.pid}.html`);
  const remove = (): void => rmSync(file, { force: true });
  // One that is there already may have more rights.
  remove();
  writeFileSync(file, pageThatLeadsTo(address), { mode: 0o600, flag: 'wx' });
  process.once('exit', remove);
  setTimeout(remove, readWithin).unref();
  await open(file);
}

const pageThatLeadsTo = (address: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${address}"><title>Capscope</title><a href="${address}">Capscope</a>\n`;
