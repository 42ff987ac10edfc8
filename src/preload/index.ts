/** The bridge between page and main process, and nothing more: one function per method of the contract. */
import { contextBridge, ipcRenderer } from 'electron';
import { channels, type Bridge } from '../shared/channels.ts';

const bridge: Bridge = {
  listRuns: () => ipcRenderer.invoke(channels.listRuns),
};

contextBridge.exposeInMainWorld('capscope', bridge);
