/** Starts the built application as Electron does: with Electron's program if it is here, else with its stand-in. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import electronPackage from 'electron/package.json' with { type: 'json' };
import { _electron, type ElectronApplication } from 'playwright-core';
import { chromium, lackOfChromium } from '../chromium.ts';
import { mustHave, type Lack } from '../needs.ts';
import { complaintsOf, dragging, tellProgram, waitFor, type Session } from './session.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** For Electron; the stand-in is told by its environment. */
const imitatedCard = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];
const standIn = fileURLToPath(new URL('../electron-host/electron', import.meta.url));

/** Electron's program; null where it was not downloaded. */
function electronProgram(): string | null {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const name = join(folder, 'path.txt');
  const program = existsSync(name) ? join(folder, 'dist', readFileSync(name, 'utf8').trim()) : null;
  return program !== null && existsSync(program) ? program : null;
}

export const electron = electronProgram();

/** A title that says which program is driven. */
export const driven = (what: string): string =>
  `${what} (${electron === null ? 'stand-in for Electron' : `Electron ${electronPackage.version}`})`;

function whatLacks(): Lack {
  if (electron !== null) return null;
  if (process.platform === 'win32') return mustHave('Electron was not downloaded, and its stand-in is no program for Windows.');
  return lackOfChromium;
}
export const lackOfDesktop = whatLacks();

export interface Desktop extends Session {
  app: ElectronApplication;
}

export interface DesktopOptions {
  /** Folder of the user's data. */
  userData: string;
  /** Where dropped files lie; the stand-in cannot ask. */
  dropFolder?: string;
  args?: readonly string[];
  /** Whether there is a graphics card, which is imitated. */
  webgpu?: boolean;
  /** Folder of the application; by default this project's. */
  application?: string;
}

export async function openDesktop({
  userData,
  dropFolder = '',
  args = [],
  webgpu = false,
  application = '.',
}: DesktopOptions): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath: electron ?? standIn,
    cwd: root,
    args: [application, `--user-data-dir=${userData}`, ...(webgpu ? imitatedCard : []), ...args],
    env: {
      ...(process.env as Record<string, string>),
      STAND_IN_NODE: process.execPath,
      ...(chromium === null ? {} : { STAND_IN_CHROMIUM: chromium }),
      STAND_IN_DROP_FOLDER: dropFolder,
      ...(webgpu ? { STAND_IN_WEBGPU: '1' } : {}),
    },
    timeout: 60_000,
  });
  const page = await app.firstWindow({ timeout: 60_000 });
  const complaints = complaintsOf(page);
  await page.getByRole('navigation', { name: 'Views' }).waitFor();
  const running = await app.evaluate(() => process.versions.electron);
  await tellProgram(page, running === 'stand-in' ? "Electron's stand-in" : `Electron ${running}`);
  const downloads = join(userData, 'saved');
  mkdirSync(downloads, { recursive: true });
  return {
    app,
    page,
    complaints,
    ...(await dragging(page)),
    saved: async (button) => {
      // The dialog says yes to the name that it is given.
      await app.evaluate(({ dialog }, folder) => {
        const asked: { path?: string } = {};
        Object.assign(globalThis, { asked });
        dialog.showSaveDialog = (...args: unknown[]) => {
          const { defaultPath } = args.at(-1) as { defaultPath: string };
          asked.path = `${folder}/${defaultPath}`;
          return Promise.resolve({ canceled: false, filePath: asked.path });
        };
      }, downloads);
      await button.click();
      const path = await waitFor(() => app.evaluate(() => (globalThis as { asked?: { path?: string } }).asked?.path));
      const content = await waitFor(() => (existsSync(path) ? readFileSync(path) : undefined));
      return { name: path.slice(downloads.length + 1), content };
    },
    trainer: () =>
      waitFor(() => app.evaluate((electron) => electron.app.getAppMetrics().find(({ name }) => name === 'Capscope trainer')?.pid)),
    close: () => app.close(),
  };
}
