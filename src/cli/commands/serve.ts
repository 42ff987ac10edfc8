/** `capscope serve`: the workbench in a browser, for machines without a screen. */
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../shared/input-error.ts';
import { databaseCommand, integerBetween, print } from '../options.ts';

interface Options {
  host: string;
  port: number;
  open: boolean;
  db: string;
}

const firstPage = fileURLToPath(new URL('../../../out/renderer/index.html', import.meta.url));

export function addServe(program: Command): void {
  databaseCommand(program, 'serve', 'serve the workbench to a browser, at an address with a secret token')
    .option('--port <n>', 'port; 0 is any that is free', integerBetween(0, 65_535), 0)
    .option('--host <address>', 'address to listen on; any but the default lets the network in', '127.0.0.1')
    .option('--no-open', 'do not open a browser')
    .action(serve);
}

/** Serves until a signal ends it. */
async function serve({ host, port, open: openBrowser, db }: Options): Promise<void> {
  if (!existsSync(firstPage)) throw new InputError('the pages are not built yet; start this as "npm run serve"');
  // Heard from the beginning, so that one that is ended while it starts ends in order as well.
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  // Here, so that no other command waits for it to be loaded.
  const { startServer } = await import('../../server/server.ts');
  const server = await startServer({ database: db, host, port });
  print(`Capscope is at ${server.url}\nCtrl-C saves what is being trained and ends it.`);
  // Without a browser on this machine the address is enough.
  if (openBrowser) {
    const { default: open } = await import('open');
    await open(server.url).catch(() => undefined);
  }
  await ended;
  await server.close();
}
