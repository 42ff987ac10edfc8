/** The bridge of the hidden window that computes on the graphics card, and nothing more. */
import { contextBridge, ipcRenderer } from 'electron';
import { gpuChannels, type GpuBridge } from '../shared/gpu-bridge.ts';
import type { ToPageTrainer } from '../shared/trainer-protocol.ts';

const bridge: GpuBridge = {
  post: (message) => ipcRenderer.invoke(gpuChannels.message, message) as Promise<void>,
  listen: (listener) => void ipcRenderer.on(gpuChannels.task, (_event, message: ToPageTrainer) => listener(message)),
};

contextBridge.exposeInMainWorld('trainer', bridge);
