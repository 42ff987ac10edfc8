/** Entry of the terminal's commands. What follows the first line is imported later, because an old Node could not read it. */
import './needed-node.mjs';
import { fileURLToPath } from 'node:url';

const { enableCompileCache } = await import('node:module');
// Otherwise every start, and every thread, loads the compiler that takes the types away: a quarter of a second, and 12 MB in each thread.
const cache = fileURLToPath(new URL('../../node_modules/.cache/capscope', import.meta.url));
enableCompileCache(cache);
// For the trainer processes too.
process.env.NODE_COMPILE_CACHE ??= cache;
const { main } = await import('./capscope.ts');
process.exitCode = await main(process.argv.slice(2));
