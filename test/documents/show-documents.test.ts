/** `npm run docs`: the documents as pages. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { serveDocuments } from '../../scripts/show-documents.ts';
import { pages } from './pages.ts';

const root = new URL('../../', import.meta.url).href;

let served: Awaited<ReturnType<typeof serveDocuments>>;
beforeAll(async () => {
  served = await serveDocuments();
});
afterAll(() => served.server.close());

const get = (path: string) => fetch(new URL(path, served.url));

it('begins with README.md, whose links and pictures lead to what is there', async () => {
  const response = await get('/');
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  const page = await response.text();
  const paths = [...page.matchAll(/ (?:href|src)="(?!https?:)([^"#]+)/g)].map(([, path]) => path!);
  expect(paths).toEqual(expect.arrayContaining(['docs/method.md', 'docs/images/report.png', 'LICENSE']));
  for (const path of paths) expect((await get(path)).status, path).toBe(200);
});

it.each(pages.map(({ file }) => file.href.slice(root.length)))('leads from %s to what is there', async (path) => {
  const page = await (await get(path)).text();
  const links = [...page.matchAll(/ (?:href|src)="(?!https?:)([^"#]+)/g)].map(
    ([, link]) => new URL(link!, new URL(path, served.url)).pathname,
  );
  for (const link of new Set(links)) expect((await get(link)).status, link).toBe(200);
});

it('gives headings the ids that links go by', async () => {
  expect(await (await get('docs/method.md')).text()).toContain('<h2 id="measures">Measures</h2>');
});

it.each(['docs', 'docs/nothing.md', '.git/config', 'node_modules/marked/README.md', 'src/cli/start.mjs'])(
  'shows nothing at %s',
  async (path) => {
    expect((await get(path)).status).toBe(404);
  },
);
