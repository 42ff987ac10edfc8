/**
 * Serves the built renderer under app://capscope/. Unlike file://, a scheme of its own gives the page a real origin,
 * and nothing outside the renderer's folder can be read through it.
 */
import { net, protocol } from 'electron';
import { resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const SCHEME = 'app';
const HOST = 'capscope';
export const START_PAGE = `${SCHEME}://${HOST}/index.html`;

export function isOwnPage(url: string): boolean {
  return url.startsWith(`${SCHEME}://${HOST}/`);
}

/** The file under `root` that a URL of the scheme names, or null when it names none there. */
export function fileOf(root: string, url: string): string | null {
  const { host, pathname } = new URL(url);
  if (host !== HOST) return null;
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

/** Must run before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

export function serveRenderer(): void {
  const root = resolve(import.meta.dirname, '../renderer');
  protocol.handle(SCHEME, (request) => {
    const file = request.method === 'GET' ? fileOf(root, request.url) : null;
    return file ? net.fetch(pathToFileURL(file).href) : new Response('Not found', { status: 404 });
  });
}
