/** Quitting: asks while a run is being trained, and saves it. */
import { app, dialog } from 'electron';
import type { Workbench } from '../workbench/workbench.ts';
import { visibleWindows } from './windows.ts';

export function setupQuit(workbench: Workbench): void {
  let state: 'open' | 'asking' | 'closed' = 'open';

  const quit = async (): Promise<void> => {
    state = 'asking';
    if (workbench.running.length > 0 && !(await mayEnd(workbench.running.length))) {
      state = 'open';
      return;
    }
    try {
      await workbench.close();
    } catch (error) {
      // Whatever could not be put away: who wants to leave can.
      console.error(error);
    }
    state = 'closed';
    app.quit();
  };

  app.on('before-quit', (event) => {
    if (state === 'closed') return;
    event.preventDefault();
    if (state === 'open') void quit();
  });
  // Elsewhere than on a Mac, closing the window is quitting: asked while there still is a window to ask in.
  if (process.platform !== 'darwin')
    app.on('browser-window-created', (_event, window) => {
      window.on('close', (event) => {
        if (state === 'closed') return;
        event.preventDefault();
        app.quit();
      });
    });
}

async function mayEnd(runs: number): Promise<boolean> {
  const options = {
    type: 'question' as const,
    message: runs === 1 ? 'A run is being trained.' : `${runs} runs are being trained.`,
    detail:
      runs === 1
        ? 'It will be saved at its next step, and you can continue it after the next start.'
        : 'They will be saved at their next step, and you can continue them after the next start.',
    buttons: ['Save and quit', 'Keep training'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  };
  const [window] = visibleWindows();
  const { response } = await (window ? dialog.showMessageBox(window, options) : dialog.showMessageBox(options));
  return response === 0;
}
