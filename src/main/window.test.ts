import { expect, it, vi } from 'vitest';

interface Options {
  webPreferences: Record<string, unknown>;
  [option: string]: unknown;
}
const { windows, appListeners } = vi.hoisted(() => ({
  windows: [] as { options: Options; url: string; listeners: Map<string, () => void> }[],
  appListeners: new Map<string, () => void>(),
}));
vi.mock('electron', () => ({
  app: { on: (event: string, listener: () => void) => appListeners.set(event, listener), off: vi.fn() },
  BrowserWindow: class {
    static getAllWindows = () => [];
    readonly options: Options;
    readonly listeners = new Map<string, () => void>();
    url = '';
    constructor(options: Options) {
      this.options = options;
      windows.push(this);
    }
    on(event: string, listener: () => void) {
      this.listeners.set(event, listener);
    }
    once(event: string, listener: () => void) {
      this.listeners.set(event, listener);
    }
    loadURL(url: string) {
      this.url = url;
      return Promise.resolve();
    }
    getNormalBounds = () => ({ x: 10, y: 20, width: 1000, height: 700 });
    isMaximized = () => true;
  },
  nativeTheme: { shouldUseDarkColors: true },
  screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
  protocol: {},
}));
const { openWindow } = await import('./window.ts');

/** Opens a window over what the last one left. */
function open(stored?: unknown) {
  const values = { get: () => stored, set: vi.fn() };
  openWindow(values);
  return { ...windows.at(-1)!, set: values.set };
}

it('shows our page, kept apart from Node and from the bridge', () => {
  const { url, options } = open();
  expect(url).toBe('app://capscope/index.html');
  expect(options.webPreferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false });
  for (const weakness of ['webviewTag', 'webSecurity', 'allowRunningInsecureContent', 'nodeIntegrationInWorker', 'experimentalFeatures'])
    expect(options.webPreferences).not.toHaveProperty(weakness);
});

it('is shown once it has something to show, on a ground of the page’s own colour', () => {
  expect(open().options).toMatchObject({ show: false, backgroundColor: '#14181c' });
});

it.each(['it is closed', 'the application ends'])('remembers where it was when %s', (how) => {
  const { listeners, set } = open();
  if (how === 'it is closed') listeners.get('close')!();
  else appListeners.get('before-quit')!();
  expect(set).toHaveBeenCalledWith('window', { x: 10, y: 20, width: 1000, height: 700, maximized: true });
  expect(open(set.mock.calls[0]![1]).options).toMatchObject({ x: 10, y: 20, width: 1000, height: 700 });
});

it.each([
  ['on a display that is gone', { x: 5000, y: 20, width: 1000, height: 700, maximized: false }],
  ['smaller than it may be', { x: 10, y: 20, width: 10, height: 10, maximized: false }],
  ['nonsense', 'left'],
])('does not go back to where it was %s', (_, state) => {
  const { options } = open(state);
  expect(options).not.toHaveProperty('x');
  expect(options).toMatchObject({ width: 1360, height: 860 });
});
