/** The browser for tests that need one: Debian's Chromium, which .ci/run installs, or whichever Chrome is in its usual place. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LaunchOptions } from 'playwright-core';
import { mustHave } from './needs.ts';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  ...['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].map((folder) =>
    join(process.env[folder] ?? '', 'Google/Chrome/Application/chrome.exe'),
  ),
];

/** Null where there is none. */
export const chromium = places.find((file) => existsSync(file)) ?? null;

export const lackOfChromium = mustHave(chromium === null ? 'There is no browser here; install Chromium.' : null);

export const launchOptions: LaunchOptions = {
  ...(chromium !== null && { executablePath: chromium }),
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'], // prettier-ignore
};

/** With WebGPU, which Chromium on Linux has to be told to offer. */
export const webgpuOptions: LaunchOptions = {
  ...launchOptions,
  args: [...launchOptions.args!.filter((arg) => arg !== '--disable-gpu'), '--enable-unsafe-webgpu'],
};
