/**
 * Builds the page of reports, src/renderer/report → out/report/page.html: one file with its style sheet and its script in it, and
 * places for title and data. Nothing but these two can run in it: the policy names them by their hashes.
 * Does nothing when no source has changed since the last time.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const sources = ['src/renderer/', 'src/shared/', 'scripts/build-report.mjs', 'scripts/without-style-attributes.mjs', 'package-lock.json'];
const target = new URL('out/report/', root);
const page = new URL('page.html', target);

/** Names, sizes and times: reading every source would take longer than all the rest of a command. */
function stampOf() {
  const hash = createHash('sha256');
  const add = (path) => {
    const { size, mtimeMs } = statSync(new URL(path, root));
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  };
  for (const source of sources) {
    if (!source.endsWith('/')) add(source);
    else
      for (const name of readdirSync(new URL(source, root), { recursive: true }).sort())
        if (/\.(ts|svelte|css|json)$/.test(name) && !name.endsWith('.test.ts')) add(source + name.replaceAll('\\', '/'));
  }
  return hash.digest('hex');
}

const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export default async function buildReport() {
  const stamp = new URL('sources.sha256', target);
  const wanted = stampOf();
  if (existsSync(page) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const [{ build }, { svelte }, { withoutStyleAttributes }] = await Promise.all([
    import('vite'),
    import('@sveltejs/vite-plugin-svelte'),
    import('./without-style-attributes.mjs'),
  ]);
  const { output } = await build({
    configFile: false,
    logLevel: 'error',
    root: fileURLToPath(new URL('src/renderer/', root)),
    plugins: [withoutStyleAttributes, svelte()],
    build: {
      write: false,
      cssCodeSplit: false,
      assetsInlineLimit: Infinity,
      rolldownOptions: {
        input: fileURLToPath(new URL('src/renderer/report/main.ts', root)),
        output: { format: 'iife', codeSplitting: false },
        checks: { bundlerTimings: false },
      },
    },
  });
  const chunks = output.filter(({ type }) => type === 'chunk');
  if (chunks.length !== 1) throw new Error(`The report's page must be one script, and is ${chunks.length}.`);
  // Within a page, this would end the script.
  const script = chunks[0].code.replaceAll('</script', '<\\/script');
  const style = output
    .filter(({ fileName }) => fileName.endsWith('.css'))
    .map(({ source }) => source)
    .join('\n');
  const policy = `default-src 'none'; img-src blob: data:; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Capscope">
<title>%TITLE% · Capscope</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>%PLAIN%</noscript>
<script type="text/plain" id="data">%DATA%</script>
<script>${script}</script>
</body>
</html>
`;
  mkdirSync(target, { recursive: true });
  // Another process may be building too: each writes to a name of its own.
  const unfinished = new URL(`page.html.${process.pid}`, target);
  writeFileSync(unfinished, html);
  renameSync(unfinished, page);
  writeFileSync(stamp, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildReport();
