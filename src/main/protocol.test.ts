import { expect, it, vi } from 'vitest';

const { protocol } = vi.hoisted(() => ({ protocol: { handle: vi.fn(), registerSchemesAsPrivileged: vi.fn() } }));
vi.mock('electron', () => ({ protocol }));
const { isOwnPage, registerScheme, servePages } = await import('./protocol.ts');

it('knows its own pages', () => {
  expect(isOwnPage('app://capscope/index.html')).toBe(true);
  for (const url of ['https://capscope/', 'app://capscope.example/', 'file:///index.html', '']) expect(isOwnPage(url)).toBe(false);
});

it('gives the pages a secure origin of their own, with no way around their policy', () => {
  registerScheme();
  const [[schemes]] = protocol.registerSchemesAsPrivileged.mock.calls as [[{ scheme: string; privileges: Record<string, boolean> }[]]];
  expect(schemes).toHaveLength(1);
  expect(schemes[0]).toMatchObject({ scheme: 'app', privileges: { standard: true, secure: true } });
  expect(schemes[0]!.privileges).not.toHaveProperty('bypassCSP');
});

/** Plain objects: the constructor of Request would tidy up the address before the handler sees it. */
async function ask(url: string, method = 'GET'): Promise<Response> {
  servePages();
  const [scheme, handler] = protocol.handle.mock.lastCall as [string, (request: { url: string; method: string }) => Promise<Response>];
  expect(scheme).toBe('app');
  return handler({ url, method });
}

it('serves the pages’ folder under a strict policy', async () => {
  const page = await ask('app://capscope/index.html');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<div id="app">');
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
});

it.each([
  'app://capscope/../main/index.ts',
  'app://capscope/..%2fmain/index.ts',
  'app://capscope/..%2f..%2fpackage.json',
  'app://capscope/%2e%2e/%2e%2e/package.json',
  'app://capscope/..%5c..%5cpackage.json',
  'app://capscope//etc/passwd',
  'app://capscope/%2fetc%2fpasswd',
  'app://capscope/file:%2f%2f%2fetc/hosts',
  'app://capscope/index.html%00.svg',
  'app://elsewhere/index.html',
])('serves nothing else: %s', async (url) => {
  expect((await ask(url)).status).toBe(404);
});

it('only reads', async () => {
  for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask('app://capscope/index.html', method)).status).toBe(404);
});
