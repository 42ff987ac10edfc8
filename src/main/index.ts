/** The desktop application's main process, as a table of contents. */
import { app } from 'electron';
import { setupIpc } from './ipc.ts';
import { setupNavigation } from './navigation.ts';
import { registerScheme, serveRenderer } from './protocol.ts';
import { openWindow } from './window.ts';

app.enableSandbox();
registerScheme();
setupNavigation();

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});
app.on('activate', () => {
  if (app.isReady()) openWindow();
});

await app.whenReady();
serveRenderer();
setupIpc();
openWindow();
