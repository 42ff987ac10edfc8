/** The fused kernel in a real browser, with Workers for threads. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lackOfChromium, launchOptions } from '../chromium.ts';
import { needs } from '../needs.ts';
import { readGoldens } from './cases.ts';
import type { LayerInputs, LayerResults } from './page/layer.ts';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const kernels = fileURLToPath(new URL('../../out/kernels/', import.meta.url));

describe('the fused kernel in a page', needs(lackOfChromium), () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capscope-page-'));
    const root = fileURLToPath(new URL('page/', import.meta.url));
    const target = { outDir: folder, emptyOutDir: true, target: 'esnext' };
    await build({ configFile: false, logLevel: 'error', root, build: target, worker: { format: 'es' } });
    server = createServer((request, response) => {
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
    browser = await chromium.launch(launchOptions);
    page = await browser.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
  });
  afterAll(async () => {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('agrees with PyTorch with three threads', async () => {
    const some = readGoldens()
      .filter(({ u, w, dv }) => u.length + w.length + dv.length < 4000)
      .slice(0, 40);
    expect(some.length).toBeGreaterThan(20);
    for (const golden of some) {
      const layer: LayerInputs = { shape: golden.shape, u: [...golden.u], w: [...golden.w], dv: [...golden.dv] };
      const results = await page.evaluate<LayerResults, LayerInputs>((inputs) => globalThis.runLayer(inputs), layer);
      expect(results.threads).toBe(3);
      const errors = golden.errors(results);
      expect(Math.max(...Object.values(errors)), JSON.stringify(golden.shape)).toBeLessThanOrEqual(2e-6);
    }
    expect(complaints.filter((text) => !text.includes('TensorFlow.js'))).toEqual([]);
  });
});
