import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fileOf, inTheme, readPage } from './pages.ts';

describe('fileOf', () => {
  const root = '/srv/renderer';
  it('maps paths to files under the root', () => {
    expect(fileOf(root, '/')).toBe('/srv/renderer/index.html');
    expect(fileOf(root, '/assets/index.js')).toBe('/srv/renderer/assets/index.js');
  });
  it.each(['/..%2f..%2fetc/passwd', '/%2e%2e%2f%2e%2e%2fetc/passwd', '/a%00b', '/%zz', '/..%2frenderer-other/x'])('refuses %s', (path) => {
    expect(fileOf(root, path)).toBeNull();
  });
});

it('serves pages with a policy that lets nothing in from elsewhere, and only files of known types', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'capscope-pages-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'index.html'), '<p>');
  writeFileSync(join(folder, 'secret.txt'), 'x');
  const page = (await readPage(folder, '/'))!;
  expect(new TextDecoder().decode(page.body)).toBe('<p>');
  expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'x-content-type-options': 'nosniff' });
  const policy = page.headers['content-security-policy']!;
  expect(policy).toMatch(/^default-src 'none';/);
  expect(policy).not.toMatch(/unsafe|http|\*/);
  // The page says so itself, too, except for what only a header can say.
  const ownPage = readFileSync(new URL('../renderer/index.html', import.meta.url), 'utf8');
  const own = /Content-Security-Policy"\s+content="([^"]+)"/.exec(ownPage)?.[1];
  expect(policy).toBe(`${own}; frame-ancestors 'none'`);
  expect(await readPage(folder, '/secret.txt')).toBeNull();
  expect(await readPage(folder, '/none.html')).toBeNull();
});

it('is light or dark from the first paint on, with nothing else changed', () => {
  const html = readFileSync(new URL('../renderer/index.html', import.meta.url), 'utf8');
  const page = { body: new TextEncoder().encode(html), headers: {} };
  const dark = new TextDecoder().decode(inTheme(page, 'dark').body);
  expect(dark).toContain('<html lang="en" data-theme="dark">');
  expect(dark).toContain('<meta name="color-scheme" content="dark" />');
  expect(dark.replace(' data-theme="dark"', '').replace('content="dark"', 'content="light dark"')).toBe(html);
  expect(inTheme(page, 'system')).toBe(page);
});
