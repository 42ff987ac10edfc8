/**
 * Entry of the terminal's commands, in plain JavaScript so that an old Node can still read it and say what is missing:
 * Node 20 cannot read TypeScript, and better-sqlite3 would crash it.
 */
import { fileURLToPath } from 'node:url';

const needed = 24;

if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(
    `Capscope needs Node.js ${needed} or newer, and this is ${process.versions.node}; start it through npm (npm run study), which uses the one it brings along.\n`,
  );
  process.exitCode = 2;
} else {
  const { enableCompileCache } = await import('node:module');
  // Otherwise every start, and every thread, loads the compiler that takes the types away: a quarter of a second, and 12 MB in each thread.
  enableCompileCache(fileURLToPath(new URL('../../node_modules/.cache/capscope', import.meta.url)));
  const { main } = await import('./capscope.ts');
  process.exitCode = await main(process.argv.slice(2));
}
