/**
 * Ends a process whose Node.js is too old, with a sentence: Node 20 cannot read TypeScript, and better-sqlite3 would crash it.
 * In plain JavaScript, which it can read. To be imported before all else, or with `node --import`.
 */
const needed = 24;

if (Number.parseInt(process.versions.node, 10) < needed) {
  process.stderr.write(
    `Capscope needs Node.js ${needed} or newer, and this is ${process.versions.node}; npm's scripts (npm run study) use the one that npm ci brings along, unless optional packages were left out.\n`,
  );
  process.exit(2);
}
