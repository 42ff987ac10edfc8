/** The menu, as each platform expects it. What it asks of the page goes there as a command. */
import { app, Menu, shell, type MenuItemConstructorOptions } from 'electron';
import { join } from 'node:path';
import type { Command } from '../shared/contract/index.ts';

const line: MenuItemConstructorOptions = { type: 'separator' };

export function setupMenu(send: (command: Command) => void): void {
  const isMac = process.platform === 'darwin';
  const item = (label: string, command: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => send(command),
  });
  const settings = item('Settings…', 'settings', 'CmdOrCtrl+,');
  const about: MenuItemConstructorOptions = { role: 'about', label: `About ${app.name}` };
  // Beside the archive of a packaged application.
  const licences: MenuItemConstructorOptions = {
    label: 'Licences',
    click: () => void shell.openPath(join(process.resourcesPath, 'third-party-licenses.txt')),
  };
  const appMenu: MenuItemConstructorOptions = {
    label: app.name,
    submenu: [
      about,
      line,
      settings,
      line,
      { role: 'services' },
      line,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      line,
      { role: 'quit' },
    ],
  };
  const template: MenuItemConstructorOptions[] = [
    ...(isMac ? [appMenu] : []),
    {
      label: '&File',
      submenu: [
        item('New run…', 'new-run', 'CmdOrCtrl+N'),
        item('Open data set…', 'open-dataset', 'CmdOrCtrl+O'),
        item('Import run…', 'import-run', 'CmdOrCtrl+Shift+O'),
        line,
        ...(isMac ? [{ role: 'close' as const }] : [settings, line, { role: 'quit' as const }]),
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        item('Datasets', 'view-datasets', 'CmdOrCtrl+1'),
        item('Train', 'view-train', 'CmdOrCtrl+2'),
        item('Runs', 'view-runs', 'CmdOrCtrl+3'),
        item('Run', 'view-run', 'CmdOrCtrl+4'),
        item('Compare', 'view-compare', 'CmdOrCtrl+5'),
        item('Studies', 'view-studies', 'CmdOrCtrl+6'),
        line,
        item('Command palette…', 'command-palette', 'CmdOrCtrl+K'),
        item('Find', 'find', 'CmdOrCtrl+F'),
        line,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [line, { role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
      ],
    },
    // With one window, only a Mac has something to say about it.
    ...(isMac ? [{ role: 'windowMenu' as const }] : []),
    { role: 'help', label: '&Help', submenu: [...(app.isPackaged ? [licences] : []), ...(isMac ? [] : [about])] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
