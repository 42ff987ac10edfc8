/** The built pages, as the window and browser mode serve them: files of one folder and nothing else, under a strict policy. */
import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import type { Settings } from '../shared/contract/index.ts';

/** Only the page's own files. Images may also be made by the page itself (canvas, blob) to be shown or saved. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface Page {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

/** The file under `root` that the path of a URL names, or null when it names none there. */
export function fileOf(root: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes('\0')) return null;
  const file = resolve(root, `.${path === '/' ? '/index.html' : path}`);
  return file.startsWith(resolve(root) + sep) ? file : null;
}

/** Null when there is no such file. */
export async function readPage(root: string, pathname: string): Promise<Page | null> {
  const file = fileOf(root, pathname);
  const type = file === null ? undefined : types[extname(file)];
  if (file === null || type === undefined) return null;
  try {
    const headers = {
      'content-type': type,
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      // Names of assets change with their content, that of the page does not.
      'cache-control': pathname.startsWith('/assets/') ? 'max-age=31536000, immutable' : 'no-cache',
    };
    return { body: new Uint8Array(await readFile(file)), headers };
  } catch {
    return null;
  }
}

/** The page as this appearance from its first paint on; its script, which first has to ask for the settings, would be too late. */
export function inTheme(page: Page, theme: Settings['theme']): Page {
  if (theme === 'system') return page;
  const html = new TextDecoder()
    .decode(page.body)
    .replace('<html lang="en"', `$& data-theme="${theme}"`)
    .replace('content="light dark"', `content="${theme}"`);
  return { ...page, body: new TextEncoder().encode(html) };
}
