/** A page that a test brings along, built from its folder, served, and open in a browser. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type LaunchOptions, type Page } from 'playwright-core';
import { build } from 'vite';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const kernels = fileURLToPath(new URL('../out/kernels/', import.meta.url));

export interface BuiltPage {
  page: Page;
  /** What it wrote to its console, and its errors. */
  said: string[];
  close: () => Promise<void>;
}

/** @param root folder of index.html; the kernels are served to it under /kernels/. */
export async function openBuiltPage(root: URL, options: LaunchOptions): Promise<BuiltPage> {
  const folder = await mkdtemp(join(tmpdir(), 'capscope-page-'));
  const target = { outDir: folder, emptyOutDir: true, target: 'esnext' };
  await build({ configFile: false, logLevel: 'error', root: fileURLToPath(root), build: target, worker: { format: 'es' } });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const file = pathname.startsWith('/kernels/') ? join(kernels, pathname.slice(9)) : join(folder, pathname);
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    // What it takes to share memory between Workers.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    createReadStream(file)
      .on('error', () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch(options);
  const page = await browser.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
  return {
    page,
    said,
    close: async () => {
      await browser.close();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}
