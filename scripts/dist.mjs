/** `npm run dist`: installers for this system, from what `npm run build` has made. */
import { build, Platform } from 'electron-builder';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import config from '../electron-builder.config.mjs';
import buildIcons from './build-icons.mjs';
import { electronFolder } from './electron-program.mjs';
import { printLicences, thirdPartyLicences } from './third-party-licences.mjs';

const { values: options } = parseArgs({
  options: {
    // Only the folder that installers would install.
    dir: { type: 'boolean', default: false },
    output: { type: 'string', default: config.directories.output },
  },
});
const path = (relative) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

const electronDist = electronFolder();
if (electronDist === null) {
  console.error("No installers were built: Electron's program, which they contain, could not be downloaded from github.com.");
  process.exit(1);
}

await buildIcons();
writeFileSync(path('out/third-party-licenses.txt'), printLicences(thirdPartyLicences()));

try {
  const files = await build({
    projectDir: path('.'),
    config: { ...config, electronDist, directories: { ...config.directories, output: options.output } },
    targets: Platform.current().createTarget(options.dir ? 'dir' : undefined),
    publish: 'never',
  });
  for (const file of files) console.log(file);
} catch (error) {
  const [reason] = String(error?.message ?? error).split('\n');
  console.error(`The installers could not be built: ${reason}. What makes them (fpm, AppImage, NSIS) is downloaded from github.com.`);
  process.exit(1);
}
