/** Runs the built main process of an application folder. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const args = process.argv.slice(2);
// Playwright hands over a loader of its own: "-r <file>".
const folder = args.find((argument, i) => !argument.startsWith('-') && args[i - 1] !== '-r') ?? '.';
const root = resolve(folder);
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'));
const value = (name) => args.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
globalThis.standIn = { root, manifest, userData: value('user-data-dir') };

const { boot } = await import('electron');
const main = import(pathToFileURL(resolve(root, manifest.main)).href);
main.catch((error) => {
  console.error(error);
  process.exit(1);
});
await boot();
