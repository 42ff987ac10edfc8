/**
 * Serves the built pages under app://capscope/. Unlike file://, a scheme of its own gives the page a real origin, and
 * nothing outside the pages' folder can be read through it.
 */
import { protocol } from 'electron';
import { resolve } from 'node:path';
import { readPage } from '../workbench/pages.ts';

const SCHEME = 'app';
const HOST = 'capscope';
export const START_PAGE = `${SCHEME}://${HOST}/index.html`;
/** Of the hidden window that computes on the graphics card. */
export const GPU_PAGE = `${SCHEME}://${HOST}/gpu.html`;

export function isOwnPage(url: string): boolean {
  return url.startsWith(`${SCHEME}://${HOST}/`);
}

/** Must run before the application is ready. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);
}

export function servePages(): void {
  const root = resolve(import.meta.dirname, '../renderer');
  protocol.handle(SCHEME, async (request) => {
    const { host, pathname } = new URL(request.url);
    const page = request.method === 'GET' && host === HOST ? await readPage(root, pathname) : null;
    return page ? new Response(page.body, { headers: page.headers }) : new Response('Not found', { status: 404 });
  });
}
