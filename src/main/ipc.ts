/** Answers to the window's questions. Only our own page may ask. */
import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { channels } from '../shared/channels.ts';
import { defaultDatabasePath } from '../store/location.ts';
import { isOwnPage } from './protocol.ts';
import { listRuns } from './runs.ts';

function handle(channel: string, answer: () => unknown): void {
  ipcMain.handle(channel, (event: IpcMainInvokeEvent) => {
    if (!event.senderFrame || !isOwnPage(event.senderFrame.url)) throw new Error('unknown sender');
    return answer();
  });
}

export function setupIpc(): void {
  handle(channels.listRuns, () => listRuns(defaultDatabasePath()));
}
