/** The application's one window, where it was when it was last closed. */
import { app, BrowserWindow, nativeTheme, screen, type Rectangle } from 'electron';
import { join } from 'node:path';
import { z } from 'zod';
import type { Workbench } from '../workbench/workbench.ts';
import { START_PAGE } from './protocol.ts';
import { visibleWindows } from './windows.ts';

const stateKey = 'window';
const WindowState = z.object({ x: z.int(), y: z.int(), width: z.int().min(720), height: z.int().min(480), maximized: z.boolean() });
type WindowState = z.infer<typeof WindowState>;

/** What the page itself is painted with, so that the window does not flash before it. */
const backgrounds = { light: '#ffffff', dark: '#14181c' };

/** Opens the window, or brings the one that is open to the front. */
export function openWindow(values: Workbench['values']): void {
  const [open] = visibleWindows();
  if (open) {
    if (open.isMinimized()) open.restore();
    open.focus();
    return;
  }
  const { maximized = false, ...bounds } = lastState(values) ?? { width: 1360, height: 860 };
  const window = new BrowserWindow({
    title: 'Capscope',
    ...bounds,
    minWidth: 720,
    minHeight: 480,
    show: false,
    // Elsewhere the system takes it from the application itself.
    ...(process.platform === 'linux' ? { icon: join(import.meta.dirname, '../icons/512x512.png') } : {}),
    backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
    webPreferences: {
      // The bridge passes on names and data, which are checked where they arrive.
      preload: join(import.meta.dirname, '../preload/index.cjs'), // eng-disable PRELOAD_JS_CHECK
      // A click with the middle button opens nothing.
      disableBlinkFeatures: 'Auxclick',
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
  });
  const remember = () => values.set(stateKey, { ...window.getNormalBounds(), maximized: window.isMaximized() } satisfies WindowState);
  window.on('close', remember);
  // Quitting saves and closes the store before it closes the window.
  app.on('before-quit', remember);
  window.once('closed', () => app.off('before-quit', remember));
  void window.loadURL(START_PAGE);
}

/** Null when there is none, or when it lies where no display is any more. */
function lastState(values: Workbench['values']): WindowState | null {
  const state = WindowState.safeParse(values.get(stateKey));
  if (!state.success) return null;
  const seen = screen.getAllDisplays().some(({ workArea }) => overlaps(workArea, state.data));
  return seen ? state.data : null;
}

const overlaps = (a: Rectangle, b: Rectangle): boolean =>
  a.x < b.x + b.width - 80 && b.x < a.x + a.width - 80 && a.y < b.y + b.height - 80 && b.y < a.y + a.height - 80;
