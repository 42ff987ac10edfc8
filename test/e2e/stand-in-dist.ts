/**
 * A folder laid out like the one that Electron's package downloads, with a program that does nothing but has the place
 * where fuses are set. Enough for electron-builder to make an application's folder from it.
 */
import { createPackage } from '@electron/asar';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Version of the wire, number of fuses, and how each is set in an Electron that nobody has changed. */
const wire = '\x01\x0810110001';

/** Returns its path under `folder`. */
export async function writeStandInDist(folder: string): Promise<string> {
  const dist = join(folder, 'electron');
  const defaultApp = join(folder, 'default-app');
  for (const path of [defaultApp, join(dist, 'resources'), join(dist, 'locales')]) mkdirSync(path, { recursive: true });
  writeFileSync(join(defaultApp, 'package.json'), '{ "name": "electron", "main": "main.js" }');
  await createPackage(defaultApp, join(dist, 'resources', 'default_app.asar'));
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version', 'locales/en-US.pak', 'locales/de.pak'])
    writeFileSync(join(dist, name), '');
  writeFileSync(join(dist, 'electron'), `#!/bin/sh\nexit 1\n# ${sentinel}${wire}\n`, { mode: 0o755 });
  return dist;
}
