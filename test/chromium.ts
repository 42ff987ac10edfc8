/** The browser for tests that need one: Debian's Chromium, which .ci/run installs. */
import { existsSync } from 'node:fs';
import type { LaunchOptions } from 'playwright-core';

const path = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));

/** Whether there is a browser; if not, says so once, because the tests that need it are skipped. */
export const hasChromium = path !== undefined;
if (!hasChromium) console.warn('Skipped: tests in a browser. Install Chromium to run them.');

export const launchOptions: LaunchOptions = {
  ...(path && { executablePath: path }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'], // prettier-ignore
};
