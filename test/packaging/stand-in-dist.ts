/**
 * A folder laid out like the one that Electron's package downloads, with a program that does nothing but has the place
 * where fuses are set. Enough for electron-builder to make an application's folder from it.
 */
import { createPackage } from '@electron/asar';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Version of the wire, number of fuses, and the state in which Electron ships each. */
const wire = '\x01\x0910110001';

export async function writeStandInDist(folder: string): Promise<void> {
  const app = join(folder, 'default-app');
  mkdirSync(app, { recursive: true });
  mkdirSync(join(folder, 'dist', 'resources'), { recursive: true });
  writeFileSync(join(app, 'package.json'), '{ "name": "electron", "main": "main.js" }');
  await createPackage(app, join(folder, 'dist', 'resources', 'default_app.asar'));
  writeFileSync(join(folder, 'dist', 'electron'), `#!/bin/sh\nexit 1\n# ${sentinel}${wire}\n`, { mode: 0o755 });
  mkdirSync(join(folder, 'dist', 'locales'));
  for (const name of ['locales/en-US.pak', 'LICENSE', 'LICENSES.chromium.html', 'version']) writeFileSync(join(folder, 'dist', name), '45.4.1');
}
