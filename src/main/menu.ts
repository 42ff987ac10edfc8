/** The menu, as each platform expects it. What it asks of the page goes there as a command. */
import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { Command } from '../shared/contract/index.ts';

export function setupMenu(send: (command: Command) => void): void {
  const isMac = process.platform === 'darwin';
  const item = (label: string, command: Command, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => send(command),
  });
  const line: MenuItemConstructorOptions = { type: 'separator' };
  const settings = item('Settings…', 'settings', 'CmdOrCtrl+,');
  const template: MenuItemConstructorOptions[] = [
    ...(isMac
      ? [
          {
            label: app.name,
            submenu: [
              { role: 'about' },
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
          } satisfies MenuItemConstructorOptions,
        ]
      : []),
    {
      label: '&File',
      submenu: [
        item('New run…', 'new-run', 'CmdOrCtrl+N'),
        item('Open data set…', 'open-dataset', 'CmdOrCtrl+O'),
        item('Import run…', 'import-run', 'CmdOrCtrl+Shift+O'),
        ...(isMac ? [line, { role: 'close' as const }] : [line, settings, line, { role: 'quit' as const }]),
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
    { role: 'windowMenu' },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
