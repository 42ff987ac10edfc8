/** The bridge between page and main process, and nothing more. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { channels, type Bridge } from '../shared/bridge.ts';
import type { Reply } from '../shared/contract/index.ts';

const bridge: Bridge = {
  call: (method, argument) => ipcRenderer.invoke(channels.call, method, argument) as Promise<Reply>,
  listen: (listener) => void ipcRenderer.on(channels.event, (_event, name: string, payload: unknown) => listener(name, payload)),
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('workbench', bridge);
