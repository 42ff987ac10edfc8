/**
 * `npm run docs`: README.md and docs/ as pages in a browser, read anew at every request.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Marked } from 'marked';
import { gfmHeadingId } from 'marked-gfm-heading-id';
import open from 'open';

const root = new URL('../', import.meta.url);

/** What pages show or link to. */
const types: Record<string, string> = {
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.py': 'text/plain',
  '.json': 'application/json',
  '': 'text/plain',
};

const style = `
  :root { color-scheme: light dark; font: 16px/1.55 system-ui, sans-serif; }
  body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
  nav { font-size: 0.875rem; }
  img { max-width: 100%; }
  code, pre { font: 0.875em/1.45 ui-monospace, monospace; }
  pre { overflow-x: auto; padding: 0.75rem 1rem; background: color-mix(in srgb, canvastext 6%, canvas); }
  table { display: block; overflow-x: auto; border-collapse: collapse; }
  th, td { padding: 0.25rem 0.75rem; border: 1px solid color-mix(in srgb, canvastext 20%, canvas); text-align: left; vertical-align: top; }
`;

/** HTML of a page's text; headings have the ids that links on GitHub go by. */
export function renderMarkdown(text: string): string {
  return new Marked(gfmHeadingId()).parse(text, { async: false });
}

function pageOf(text: string): string {
  const title = /^# (.+)$/m.exec(text)?.[1] ?? 'Capscope';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${style}</style>
<nav><a href="/">Capscope</a></nav>
${renderMarkdown(text)}
</html>
`;
}

interface Served {
  status: number;
  type: string;
  body: string | Uint8Array;
}

const missing: Served = { status: 404, type: 'text/plain', body: 'There is no such page.' };

/** What stands at a path of the address. */
export function documentAt(path: string): Served {
  const file = new URL(`.${path === '/' ? '/README.md' : path}`, root);
  // URLs have no way out of their root; names that begin with a dot are nobody's documents.
  if (/\/(\.|node_modules\/)/.test(path) || !existsSync(file) || !statSync(file).isFile()) return missing;
  const ending = extname(file.pathname);
  if (ending === '.md') return { status: 200, type: 'text/html', body: pageOf(readFileSync(file, 'utf8')) };
  if (path.endsWith('.html.gz')) return { status: 200, type: 'text/html', body: gunzipSync(readFileSync(file)) };
  const type = types[ending];
  return type === undefined ? missing : { status: 200, type, body: readFileSync(file) };
}

/** Answers this machine only. */
export function serveDocuments(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const { status, type, body } = documentAt(new URL(request.url ?? '/', 'http://localhost').pathname);
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8` }).end(body);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }));
  });
}

if (import.meta.main) {
  const { url } = await serveDocuments();
  console.log(`The documents are at ${url}\nCtrl-C ends this.`);
  await open(url).catch(() => undefined);
}
