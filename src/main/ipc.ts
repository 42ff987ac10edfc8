/** The contract over Electron's IPC. Only our own page, and no frame inside it, may ask. */
import { ipcMain } from 'electron';
import { channels } from '../shared/bridge.ts';
import type { Reply } from '../shared/contract/index.ts';
import type { Host } from '../workbench/host.ts';
import { isOwnPage } from './protocol.ts';
import { visibleWindows } from './windows.ts';

export function answerCalls(call: (method: unknown, argument: unknown) => Promise<Reply>): void {
  ipcMain.handle(channels.call, (event, method: unknown, argument: unknown) => {
    const frame = event.senderFrame;
    if (!frame || frame.parent || !isOwnPage(frame.url)) throw new Error('unknown sender');
    return call(method, argument);
  });
}

export const emitToWindows: Host['emit'] = (event, payload) => {
  for (const window of visibleWindows()) window.webContents.send(channels.event, event, payload);
};
