/**
 * Makes the one folder that another computer needs: Node.js, the sources, the packages that they import, and the kernels.
 * Nothing is installed there, and nothing compiled.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../shared/input-error.ts';
import { here } from '../workbench/node-host.ts';

/** Rooms that are windows, which nobody opens there. */
const windows = new Set(['main', 'preload', 'renderer']);

/** Name of the command in the folder. */
export const packedCommand = 'capscope';

const Package = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
  peerDependencies: z.record(z.string(), z.string()).default({}),
});

/** Refuses a folder that has something in it. Answers how many bytes it has become. */
export function packNode(target: string): number {
  const folder = resolve(target);
  const sources = here('src');
  if (!existsSync(join(sources, 'cli', 'start.mjs')))
    throw new InputError('the folder for a cluster is made from the sources of Capscope, which are not here');
  if (!existsSync(here('out/kernels'))) throw new InputError('the kernels are not compiled yet; "npm run capscope" does that');
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new InputError(`${target} is not empty`);
  mkdirSync(join(folder, 'bin'), { recursive: true });
  cpSync(realpathSync(process.execPath), join(folder, 'bin', 'node'));
  for (const room of readdirSync(sources).filter((name) => !windows.has(name)))
    cpSync(join(sources, room), join(folder, 'src', room), { recursive: true, filter: (path) => !path.endsWith('.test.ts') });
  for (const path of ['package.json', 'LICENSE', 'resources', 'out/kernels']) cpSync(here(path), join(folder, path), { recursive: true });
  for (const path of packagesOf(join(folder, 'src'))) {
    const from = realpathSync(path);
    cpSync(from, join(folder, relative(here('.'), path)), {
      recursive: true,
      // Packages inside packages are copied by themselves; maps and types are for people.
      filter: (file) =>
        !isOfAnotherSystem(file) &&
        !(file !== from && relative(from, file).split(/[\\/]/).includes('node_modules')) &&
        !/\.(map|d\.ts|d\.mts|d\.cts)$/.test(file),
    });
  }
  const command = join(folder, packedCommand);
  writeFileSync(command, '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/bin/node" "$here/src/cli/start.mjs" "$@"\n');
  chmodSync(command, 0o755);
  return sizeOf(folder);
}

/** Folders of all packages that these sources import, and that those need. */
function packagesOf(sources: string): string[] {
  const found = new Set<string>();
  const root = here('.');
  const visit = (name: string, from: string, needed: boolean): void => {
    const path = findPackage(name, from, root);
    if (path === null) {
      if (needed) throw new InputError(`the package ${name} is not installed; "npm ci" does that`);
      return;
    }
    if (found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = Package.parse(
      JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')),
    );
    for (const one of Object.keys(dependencies)) visit(one, path, true);
    for (const one of [...Object.keys(optionalDependencies), ...Object.keys(peerDependencies)]) visit(one, path, false);
  };
  const optional = new Set(Object.keys(Package.parse(JSON.parse(readFileSync(here('package.json'), 'utf8'))).optionalDependencies));
  for (const name of importsIn(sources)) visit(name, root, !optional.has(name));
  return [...found];
}

/** Dawn comes for every system at once, and is large. */
const isOfAnotherSystem = (path: string): boolean =>
  /webgpu[\\/]dist[\\/][^\\/]+$/.test(path) && !path.endsWith(`${process.platform}-${process.arch}`) && statSync(path).isDirectory();

/** As Node looks for it: in the node_modules of every folder on the way up. */
function findPackage(name: string, from: string, root: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules', name);
    if (existsSync(join(path, 'package.json'))) return path;
    if (resolve(folder) === resolve(root) || dirname(folder) === folder) return null;
  }
}

/** Names of the packages that are imported or resolved anywhere in a folder of sources. */
function importsIn(folder: string): Set<string> {
  const names = new Set<string>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!/\.(ts|mjs)$/.test(file) || file.includes('assembly')) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from |import\(|import |packaged\(|resolve\(|= )'((?:@[\w.-]+\/)?[a-z][\w.-]*)(?:\/[^']*)?'/g))
      if (!name!.startsWith('node:')) names.add(name!);
  }
  return new Set([...names].filter((name) => existsSync(here(`node_modules/${name}/package.json`))));
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stat.size;
}
