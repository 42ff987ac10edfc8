import { BrowserWindow } from 'electron';
import { join } from 'node:path';
import { START_PAGE } from './protocol.ts';

/** Opens the application's window, or brings the one that is open to the front. */
export function openWindow(): void {
  const [open] = BrowserWindow.getAllWindows();
  if (open) {
    open.focus();
    return;
  }
  const window = new BrowserWindow({
    title: 'Capscope',
    width: 1280,
    height: 800,
    minWidth: 720,
    minHeight: 480,
    show: false,
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(START_PAGE);
}
