/** The command that serves: what it refuses before it listens, and how it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { here } from '../../src/workbench/node-host.ts';
import { capscope } from '../cli/capscope.ts';
import { makeFolder, removeFolder } from './session.ts';

function database(): string {
  const folder = makeFolder();
  onTestFinished(() => removeFolder(folder));
  return join(folder, 'capscope.db');
}

it.each(['SIGTERM', 'SIGINT'] as const)('ends at the first %s, with its database closed', async (signal) => {
  const db = database();
  const server = spawn(process.execPath, [here('src/cli/start.mjs'), 'serve', '--no-open', '--db', db], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  const exit = once(server, 'exit');
  const [said] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
  expect(said).toMatch(/^Capscope is at http:\/\/127\.0\.0\.1:\d+\//);
  server.kill(signal);
  expect(await exit).toEqual([0, null]);
  expect([existsSync(db), existsSync(`${db}-wal`)]).toEqual([true, false]);
});

it('refuses a database that it cannot use, and a port that is taken, in one line', async () => {
  const db = database();
  writeFileSync(db, 'no database at all, but long enough to be taken for one: '.repeat(10));
  const refused = await capscope('serve', '--no-open', '--db', db);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toMatch(/^capscope: [^\n]+ is not a Capscope database[^\n]+\n$/);

  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const taken = await capscope('serve', '--no-open', '--port', String(port), '--db', database());
  expect(taken).toMatchObject({ code: 2, stdout: '' });
  expect(taken.stderr).toMatch(/^capscope: [^\n]+\n$/);
});
