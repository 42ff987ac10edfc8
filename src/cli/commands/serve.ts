/** `capscope serve`: the workbench in a browser, for machines without a screen. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../shared/input-error.ts';
import { linkMinutes } from '../../server/access.ts';
import { onAskedAgain } from '../asked-again.ts';
import { openBrowser } from '../browser.ts';
import { databaseCommand, integerBetween, print } from '../options.ts';

interface Options {
  host: string;
  port: number;
  open: boolean;
  db: string;
  dataRoot?: string[];
}

const firstPage = fileURLToPath(new URL('../../../out/renderer/index.html', import.meta.url));

export function addServe(program: Command): void {
  databaseCommand(program, 'serve', 'serve the workbench to a browser, at an address that lets one browser in, once')
    .option('--port <n>', 'port; 0 is any that is free', integerBetween(0, 65_535), 0)
    .option('--host <address>', 'address to listen on; any but the default lets the network in', '127.0.0.1')
    .option('--no-open', 'do not open a browser')
    .addOption(
      new Option(
        '--data-root <folder>',
        'pages may have data sets and runs read from this folder, besides what they send; may be given several times; without it, from anywhere, and with --host from nowhere',
      ).argParser((folder: string, before: string[] | undefined) => [...(before ?? []), folder]),
    )
    .action(serve);
}

/** Serves until a signal ends it. */
async function serve({ host, port, open: wantsBrowser, db, dataRoot }: Options): Promise<void> {
  if (!existsSync(firstPage)) throw new InputError('the pages are not built yet; start this as "npm run serve"');
  const missing = dataRoot?.find((folder) => !statSync(folder, { throwIfNoEntry: false })?.isDirectory());
  if (missing !== undefined) throw new InputError(`--data-root ${missing} is no folder`);
  // Heard from the beginning, so that one that is ended while it starts ends in order as well.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  // Here, so that no other command waits for it to be loaded.
  const { startServer } = await import('../../server/server.ts');
  const server = await startServer({ database: db, host, port, dataRoots: dataRoot ?? (isThisMachine(host) ? null : []) });
  const release = onAskedAgain(() => print(`A new address: ${server.link()}`));
  print(`Capscope is at ${server.link()}
The address lets one browser in, once, within ${linkMinutes} minutes; ${askedAgainBy} prints a new one.
Ctrl-C saves what is being trained and ends it.`);
  // Without a browser on this machine the address is enough.
  if (wantsBrowser) {
    const { default: open } = await import('open');
    await openBrowser(server.link(), open).catch(() => undefined);
  }
  await ended;
  release();
  await server.close();
}

const isThisMachine = (host: string): boolean => /^(localhost|127\.[\d.]+|::1)$/i.test(host);

const askedAgainBy = process.stdin.isTTY || process.platform === 'win32' ? 'Enter' : `kill -USR2 ${process.pid}`;
