/** The desktop application's main process, as a table of contents. */
import { app, dialog, nativeTheme } from 'electron';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../shared/input-error.ts';
import { clusters } from '../scale/clusters.ts';
import { Workbench } from '../workbench/workbench.ts';
import { DesktopActivity } from './activity.ts';
import { files } from './files.ts';
import { answerGpuWindows } from './gpu-window.ts';
import { answerCalls, emitToWindows } from './ipc.ts';
import { setupMenu } from './menu.ts';
import { setupNavigation } from './navigation.ts';
import { setupOpenedFiles, takeOpenedFiles } from './opened-files.ts';
import { registerScheme, servePages } from './protocol.ts';
import { setupQuit } from './quit.ts';
import { startTrainer } from './trainer.ts';
import { openWindow } from './window.ts';

app.enableSandbox();
registerScheme();
setupNavigation();
let tellOfFiles = (): void => undefined;
setupOpenedFiles(() => tellOfFiles());

if (app.requestSingleInstanceLock()) {
  await app.whenReady();
  try {
    start();
  } catch (error) {
    dialog.showErrorBox('Capscope cannot start', error instanceof InputError ? error.message : String(error));
    app.exit(1);
  }
} else app.quit();

function start(): void {
  const activity = new DesktopActivity(() => workbench.settings.notify, show);
  const root = app.getAppPath();
  const workbench = new Workbench({
    mode: 'desktop',
    database: join(app.getPath('userData'), 'capscope.db'),
    resources: unpacked(join(root, 'resources')),
    kernels: unpacked(join(root, 'out', 'kernels')),
    reportPage: () => readFile(join(root, 'out', 'report', 'page.html'), 'utf8'),
    tensorflow: join(app.getPath('userData'), 'engines', 'tensorflow'),
    reader: join(import.meta.dirname, 'reader.js'),
    background: join(import.meta.dirname, 'background.js'),
    importer: join(import.meta.dirname, 'importer.js'),
    decoder: join(import.meta.dirname, 'decoder.js'),
    startTrainer,
    emit: (event, payload) => {
      activity.observe(event, payload);
      if (event === 'settings') followTheme();
      emitToWindows(event, payload);
    },
    ...files,
    takeOpened: takeOpenedFiles,
    clusters: (context) => clusters(context, join(import.meta.dirname, 'scale.js')),
  });
  function show(): void {
    openWindow(workbench.values);
  }
  function followTheme(): void {
    nativeTheme.themeSource = workbench.settings.theme;
  }

  followTheme();
  servePages();
  answerGpuWindows();
  answerCalls((method, argument) => workbench.call(method, argument));
  app.setAboutPanelOptions({ applicationName: app.name, applicationVersion: app.getVersion(), copyright: 'MIT licence' });
  setupMenu((command) => emitToWindows('command', command));
  setupQuit(workbench);
  tellOfFiles = () => {
    show();
    emitToWindows('files-opened', null);
  };
  app.on('activate', show);
  app.on('second-instance', show);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  show();
  void workbench.prepare();
}

/** Inside a packaged application's archive worker threads find no files; these lie beside it. */
function unpacked(path: string): string {
  return path.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}
