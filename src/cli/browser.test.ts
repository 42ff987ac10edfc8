import { readFileSync, statSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { needs, type Lack } from '../../test/needs.ts';
import { openBrowser } from './browser.ts';

const lackOfModes: Lack = process.platform === 'win32' ? 'Windows has no modes of files.' : null;
const address = 'http://127.0.0.1:1234/#enter=0123abcd';

it('starts a browser with a file that only its user may read, and that leads to the address', needs(lackOfModes), async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-browser-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const opened: string[] = [];
  await openBrowser(address, (target) => Promise.resolve(opened.push(target)), { folder });
  const [file] = opened;
  expect(opened).toEqual([join(folder, `capscope-${process.pid}.html`)]);
  expect(statSync(file!).mode & 0o777).toBe(0o600);
  expect(readFileSync(file!, 'utf8')).toContain(`content="0;url=${address}"`);
});

it('starts it with the address where nobody else sees command lines', async () => {
  const opened: string[] = [];
  await openBrowser(address, (target) => Promise.resolve(opened.push(target)), { platform: 'win32' });
  expect(opened).toEqual([address]);
});
