/** The licences of everything that an installer carries, with a text for every package, as one file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));

/** Svelte is compiled into the pages, and AssemblyScript's library into the kernels. */
const compiledIn = ['svelte', ...Object.keys(packages['node_modules/svelte'].dependencies), 'assemblyscript'];

/** Those of this system, as the lock file has them. */
const shipped = Object.keys(packages)
  .filter((path) => path.startsWith('node_modules/') && (!packages[path].dev || compiledIn.includes(path.slice('node_modules/'.length))))
  .filter((path) => existsSync(join(root, path, 'package.json')));

/** What is shorter only names a licence. */
const shortest = 200;
const isLicence = /^(licen[cs]e|copying|copyright|patents|notice|third.?party.*)([.-].*)?$/i;
const isText = /(^[^.]+|\.(md|txt|mit|bsd))$/i;

const standard = (name) => readFileSync(join(root, 'resources/licenses', `${name}.txt`), 'utf8');

/** Libraries in C that packages have compiled into their WebAssembly, whose texts they leave out. */
const inside = {
  'libarchive-wasm': ['libarchive', 'zlib', 'bzip2', 'xz'],
  'xz-decompress': ['xz'],
  h5wasm: ['hdf5', 'zlib'],
  '@cornerstonejs/codec-libjpeg-turbo-8bit': ['libjpeg-turbo'],
  '@cornerstonejs/codec-openjpeg': ['openjpeg'],
};

/** What the package itself says; where it only names a licence, the text of that. */
function textOf(path) {
  const folder = join(root, path);
  const names = readdirSync(folder).filter((name) => isLicence.test(name) && isText.test(name));
  const own = names.map((name) => readFileSync(join(folder, name), 'utf8').trim()).join('\n\n');
  const { license, licenses, author, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const named = license?.type ?? license ?? licenses?.[0]?.type ?? '';
  const parts = [];
  if (own.length >= shortest) parts.push(own);
  else {
    const holder = typeof author === 'string' ? author : author?.name;
    if (holder) parts.push(`Copyright (c) ${holder}`);
    for (const one of named.split(/ AND /)) if (!one.startsWith('LGPL')) parts.push(standard(one));
  }
  for (const library of inside[path.replace(/^.*node_modules\//, '')] ?? [])
    parts.push(`It contains this library, compiled to WebAssembly:\n\n${standard(library).trim()}`);
  if (named.includes('LGPL')) parts.push(lesser(path, version));
  return parts.join('\n\n');
}

/** What the LGPL asks for: its text, that of the GPL, and how the library can be exchanged. */
function lesser(path, version) {
  const about = readFileSync(join(root, path, 'README.md'), 'utf8');
  return `This package carries libvips and libraries that it needs, unchanged, as files of their own that are loaded when images are decoded. Their source,
and how they are built, is at https://github.com/lovell/sharp-libvips (release v${version}). To use another build of them, put it in the
place of the files under resources/app.asar.unpacked/${path} in Capscope's folder (Contents/Resources/… on macOS), with the same
names, and start Capscope again; nothing checks that they are the ones it came with. On macOS the application must then be signed anew:
codesign --force --deep --sign - Capscope.app. Taking Capscope apart to find faults in such a change is permitted.

${about.slice(about.indexOf('## Licensing')).trim()}

${standard('LGPL-3.0')}

${standard('GPL-3.0')}`;
}

/** Groups of packages with the same text. Throws an error when one names a licence whose text is not here. */
export function thirdPartyLicences() {
  const idOf = (path) => `${path.replace(/^.*node_modules\//, '')}@${packages[path].version}`;
  const byText = new Map();
  for (const path of shipped) {
    const text = textOf(path);
    byText.set(text, (byText.get(text) ?? new Set()).add(idOf(path)));
  }
  return [...byText].map(([text, ids]) => ({ text, packages: [...ids].sort() }));
}

export const printLicences = (groups) =>
  groups
    .map(
      ({ text, packages: ids }) =>
        `This software is part of Capscope:\n\n${ids.map((id) => ` - ${id}`).join('\n')}\n\nIts licence:\n\n${text}\n`,
    )
    .join(`\n${'-'.repeat(80)}\n\n`);
