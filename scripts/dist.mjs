/**
 * `npm run dist`: installers for this system into dist/, from what `npm run build` has made. With --dir only the folder
 * that they would install.
 */
import { build, Platform } from 'electron-builder';
import { generateLicenseFile } from 'generate-license-file';
import { fileURLToPath } from 'node:url';
import config from '../electron-builder.config.mjs';
import buildIcons from './build-icons.mjs';
import { electronFolder } from './electron-program.mjs';

const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const electronDist = electronFolder();
if (electronDist === null) {
  console.error("No installers were built: Electron's program, which they contain, could not be downloaded from github.com.");
  process.exit(1);
}

await buildIcons();
// Svelte is compiled into the pages.
await generateLicenseFile([path('package.json'), path('node_modules/svelte/package.json')], path('out/third-party-licenses.txt'));

const dirOnly = process.argv.includes('--dir');
try {
  const files = await build({
    projectDir: path('.'),
    config: { ...config, electronDist },
    targets: Platform.current().createTarget(dirOnly ? 'dir' : undefined),
    publish: 'never',
  });
  for (const file of files) console.log(file);
} catch (error) {
  const [reason] = String(error?.message ?? error).split('\n');
  console.error(`The installers could not be built: ${reason}. Their makers (fpm, AppImage, NSIS) are downloaded from github.com.`);
  process.exit(1);
}
