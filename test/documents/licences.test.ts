/** The file of licences that installers carry has a text for every package. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Group {
  text: string;
  packages: string[];
}
const root = new URL('../../', import.meta.url);
const module = 'scripts/third-party-licences.mjs';
const { thirdPartyLicences, printLicences } = (await import(fileURLToPath(new URL(module, root)))) as {
  thirdPartyLicences: () => Group[];
  printLicences: (groups: Group[]) => string;
};
const { packages: locked } = JSON.parse(readFileSync(new URL('package-lock.json', root), 'utf8')) as {
  packages: Record<string, { version: string; dev?: boolean; optional?: boolean }>;
};

describe('the file of licences', () => {
  const groups = thirdPartyLicences();

  it('names every package that is shipped, and what is compiled into pages and kernels', () => {
    const named = new Set(groups.flatMap(({ packages }) => packages));
    // Optional ones are there on some systems only.
    const shipped = Object.entries(locked).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional);
    expect(shipped.length).toBeGreaterThan(50);
    const missing = shipped
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`)
      .filter((id) => !named.has(id));
    expect(missing).toEqual([]);
    for (const name of ['svelte', 'assemblyscript']) expect([...named].some((id) => id.startsWith(`${name}@`))).toBe(true);
  });

  it('has a text for each, not only the name of one', () => {
    for (const { text, packages } of groups) {
      expect(text.length, packages.join(', ')).toBeGreaterThan(400);
      expect(text, packages.join(', ')).toMatch(/WARRANT|AS IS/i);
    }
  });

  it('has the texts of the libraries in C that packages have compiled into them', () => {
    for (const [name, holder] of [
      ['libarchive-wasm', 'Tim Kientzle'],
      ['libarchive-wasm', 'Julian R Seward'],
      ['libarchive-wasm', 'liblzma is in the public domain'],
      ['@cornerstonejs/codec-openjpeg', 'Universite catholique de Louvain'],
      ['@cornerstonejs/codec-libjpeg-turbo-8bit', 'Independent JPEG Group'],
      ['h5wasm', 'The HDF Group'],
    ] as const)
      expect(groups.find(({ packages }) => packages.some((id) => id.startsWith(`${name}@`)))?.text, name).toContain(holder);
  });

  it('has the texts of the LGPL and the GPL with libvips, and says how its library can be exchanged', () => {
    const libvips = groups.filter(({ packages }) => packages.some((id) => id.startsWith('@img/sharp-libvips-')));
    expect(libvips.length).toBeGreaterThan(0);
    const standard = (name: string) => readFileSync(new URL(`resources/licenses/${name}.txt`, root), 'utf8').trim();
    for (const { text } of libvips) {
      expect(text).toContain(standard('LGPL-3.0'));
      expect(text).toContain(standard('GPL-3.0'));
      expect(text).toMatch(
        /To use another build of them, put it in the\nplace of the files under resources\/app\.asar\.unpacked\/node_modules\/@img\/sharp-libvips-/,
      );
    }
    expect(standard('LGPL-3.0')).toMatch(/^GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007/);
    expect(standard('GPL-3.0')).toMatch(/^GNU GENERAL PUBLIC LICENSE\s+Version 3, 29 June 2007/);
  });

  it('prints all of that', () => {
    const printed = printLicences(groups);
    for (const { text, packages } of groups) {
      expect(printed).toContain(text);
      for (const id of packages) expect(printed).toContain(` - ${id}\n`);
    }
  });
});
