/**
 * A stand-in for Electron's main-process module, for machines that cannot have its binary: the real built main, preload
 * and pages run, windows are pages of a headless Chromium. It is not Electron: the preload shares the page's world, and
 * dialogs are cancelled, menus and notifications go nowhere.
 */
import { EventEmitter } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDevTools, Schemes, startChromium } from './chromium.mjs';
import { childProcesses, killChildren, utilityProcess } from './utility-process.mjs';
import { BrowserWindow, eventOf, ipcMain, surroundings, webContents } from './windows.mjs';

const { root, manifest, userData: chosen } = globalThis.standIn;
const profile = mkdtempSync(join(tmpdir(), 'electron-host-'));
const userData = chosen ?? join(profile, 'userData');
mkdirSync(userData, { recursive: true });
process.versions.electron ??= 'stand-in';

const schemes = new Schemes();
const ready = Promise.withResolvers();
let isReady = false;
let chromium = null;

export const app = Object.assign(new EventEmitter(), {
  isPackaged: false,
  name: manifest.productName,
  whenReady: () => ready.promise,
  isReady: () => isReady,
  getVersion: () => manifest.version,
  getName: () => manifest.productName,
  getAppPath: () => root,
  getPath: (name) => (name === 'userData' ? userData : join(userData, name)),
  requestSingleInstanceLock: () => true,
  getAppMetrics: childProcesses,
  enableSandbox: () => undefined,
  setAboutPanelOptions: () => undefined,
  commandLine: { appendSwitch: () => undefined },
  quit: () => {
    const event = eventOf();
    app.emit('before-quit', event);
    if (event.defaultPrevented) return;
    for (const window of BrowserWindow.getAllWindows()) {
      window.close();
      if (!window.isDestroyed()) return;
    }
    app.emit('will-quit', eventOf());
    app.exit(0);
  },
  exit: (code = 0) => {
    killChildren();
    chromium?.kill('SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    process.exit(code);
  },
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => app.exit(0));
process.on('exit', () => chromium?.kill('SIGKILL'));

/** Dialogs are cancelled; a test puts functions of its own in their place, as it would in Electron. */
export const dialog = {
  showOpenDialog: () => Promise.resolve({ canceled: true, filePaths: [] }),
  showSaveDialog: () => Promise.resolve({ canceled: true, filePath: '' }),
  showMessageBox: (...args) => Promise.resolve({ response: args.at(-1).cancelId ?? 0 }),
  showErrorBox: (...texts) => console.error(...texts),
};

export class Menu {
  static #application = null;
  static buildFromTemplate(items) {
    return Object.assign(new Menu(), { items });
  }
  static setApplicationMenu(menu) {
    Menu.#application = menu;
  }
  static getApplicationMenu() {
    return Menu.#application;
  }
}

export class Notification extends EventEmitter {
  static isSupported() {
    return true;
  }
  constructor(options) {
    super();
    Object.assign(this, options);
  }
  show() {}
}

const blockers = new Set();
export const powerSaveBlocker = {
  start: () => {
    const id = blockers.size + 1;
    blockers.add(id);
    return id;
  },
  stop: (id) => blockers.delete(id),
  isStarted: (id) => blockers.has(id),
};

export const shell = { shown: [], showItemInFolder: (path) => void shell.shown.push(path) };
export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false, themeSource: 'system' });
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] };
const defaultSession = { setPermissionRequestHandler: () => undefined, setPermissionCheckHandler: () => undefined };
export const session = { defaultSession };
export const { protocol } = schemes;

/** Starts Chromium, then lets app.whenReady() settle. */
export async function boot() {
  await schemes.listen();
  const started = await startChromium(join(profile, 'chromium'));
  chromium = started.chromium;
  chromium.on('exit', () => app.exit(0));
  const devTools = await connectDevTools(started.address);
  Object.assign(surroundings, { devTools, schemes, app });
  devTools.on.set('', ({ method, params }) => {
    if (method !== 'Target.detachedFromTarget') return;
    webContents
      .getAllWebContents()
      .find(({ sessionId }) => sessionId === params.sessionId)
      ?.window.destroy();
  });
  // For Playwright, which connects to both. Like its own loader this holds back until it has, so that it misses no window.
  console.error(started.line);
  if (process.execArgv.some((argument) => argument.startsWith('--inspect')))
    await new Promise((resolve) => (globalThis.__playwright_run = resolve));
  isReady = true;
  ready.resolve();
  app.emit('ready');
}

export { BrowserWindow, ipcMain, utilityProcess, webContents };
export default {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeTheme,
  Notification,
  powerSaveBlocker,
  protocol,
  screen,
  session,
  shell,
  utilityProcess,
  webContents,
};
