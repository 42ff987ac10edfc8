/** BrowserWindow, webContents and ipcMain: every window is a page of the headless Chromium. */
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { decode, encode, pageScript } from './page.mjs';

export const eventOf = (more = {}) => ({
  defaultPrevented: false,
  preventDefault() {
    this.defaultPrevented = true;
  },
  ...more,
});

const handlers = new Map();
export const ipcMain = Object.assign(new EventEmitter(), { handle: (channel, handler) => void handlers.set(channel, handler) });

const windows = new Map();
let nextId = 1;

/** Filled in by electron.mjs once Chromium runs. */
export const surroundings = { devTools: null, schemes: null, app: null };

class WebContents extends EventEmitter {
  id = nextId++;
  url = '';
  loaded = false;
  #queue = [];
  #send;

  constructor(window, options) {
    super();
    this.window = window;
    this.options = options;
    this.ready = this.#open();
  }

  async #open() {
    const { devTools } = surroundings;
    const { width = 800, height = 600, webPreferences } = this.options;
    const { targetId } = await devTools.send('Target.createTarget', { url: 'about:blank', width, height, newWindow: true });
    this.targetId = targetId;
    const { sessionId } = await devTools.send('Target.attachToTarget', { targetId, flatten: true });
    this.sessionId = sessionId;
    this.#send = (method, params) => devTools.send(method, params, sessionId);
    devTools.on.set(sessionId, ({ method, params }) => {
      if (method === 'Runtime.bindingCalled' && params.name === 'standInSend') void this.#answer(decode(params.payload));
      if (method === 'Page.loadEventFired') {
        this.loaded = true;
        for (const message of this.#queue.splice(0)) this.#deliver(message);
        this.emit('did-finish-load');
      }
    });
    const preload = webPreferences?.preload ? readFileSync(webPreferences.preload, 'utf8') : '';
    const folder = process.env.STAND_IN_DROP_FOLDER ?? '';
    await this.#send('Runtime.addBinding', { name: 'standInSend' });
    await this.#send('Page.addScriptToEvaluateOnNewDocument', { source: pageScript(preload, folder) });
    await this.#send('Page.enable');
    await this.#send('Runtime.enable');
  }

  async #answer({ id, channel, args }) {
    const event = eventOf({ sender: this, senderFrame: { url: this.url, parent: null } });
    try {
      const handler = handlers.get(channel);
      if (!handler) throw new Error(`No handler registered for '${channel}'`);
      this.#deliver({ id, value: await handler(event, ...args) });
    } catch (error) {
      this.#deliver({ id, error: `Error invoking remote method '${channel}': ${error}` });
    }
  }

  #deliver(message) {
    this.#send('Runtime.evaluate', { expression: `standInReceive(${JSON.stringify(encode(message))})` }).catch(() => undefined);
  }

  send(channel, ...args) {
    if (this.loaded) this.#deliver({ channel, args });
    else this.#queue.push({ channel, args: structuredClone(args) });
  }

  async load(url) {
    await this.ready;
    this.url = url;
    this.loaded = false;
    const finished = once(this, 'did-finish-load');
    await this.#send('Page.navigate', { url: surroundings.schemes.urlOf(url) });
    await finished;
    this.window.emit('ready-to-show');
  }

  close() {
    return this.#send?.('Page.close').catch(() => undefined);
  }

  getURL() {
    return this.url;
  }

  setWindowOpenHandler() {}
}

export class BrowserWindow extends EventEmitter {
  destroyed = false;
  focused = true;
  shown = false;

  static getAllWindows() {
    return [...windows.values()];
  }
  static getFocusedWindow() {
    return [...windows.values()].findLast(({ focused }) => focused) ?? null;
  }
  static fromWebContents(contents) {
    return contents?.window ?? null;
  }
  static fromId(id) {
    return windows.get(id) ?? null;
  }

  constructor(options = {}) {
    super();
    const { app } = surroundings;
    this.options = options;
    this.webContents = new WebContents(this, options);
    this.id = this.webContents.id;
    windows.set(this.id, this);
    app.emit('web-contents-created', eventOf(), this.webContents);
    app.emit('browser-window-created', eventOf(), this);
  }

  loadURL(url) {
    return this.webContents.load(url);
  }
  close() {
    const event = eventOf();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy() {
    if (this.destroyed) return;
    this.destroyed = true;
    windows.delete(this.id);
    void this.webContents.close();
    this.emit('closed');
    if (windows.size === 0) surroundings.app.emit('window-all-closed');
  }
  isDestroyed() {
    return this.destroyed;
  }
  show() {
    this.shown = true;
  }
  isVisible() {
    return this.shown;
  }
  getNormalBounds() {
    const { x = 0, y = 0, width = 800, height = 600 } = this.options;
    return { x, y, width, height };
  }
  setSize(width, height) {
    Object.assign(this.options, { width, height });
  }
  setProgressBar() {}
  blur() {
    this.focused = false;
  }
  isMinimized() {
    return false;
  }
  isMaximized() {
    return false;
  }
  focus() {
    this.focused = true;
  }
  restore() {}
  maximize() {}
}

export const webContents = {
  getAllWebContents: () => BrowserWindow.getAllWindows().map((window) => window.webContents),
  fromId: (id) => windows.get(id)?.webContents,
  fromDevToolsTargetId: (target) => webContents.getAllWebContents().find(({ targetId }) => targetId === target),
};
