/**
 * A trainer in a hidden window: WebGPU exists in pages only. The page's Worker has a loop of its own; should its process or
 * the window go, it is as if a trainer process had ended.
 */
import { BrowserWindow, ipcMain, type WebContents } from 'electron';
import { join } from 'node:path';
import { gpuChannels } from '../shared/gpu-bridge.ts';
import { InputError } from '../shared/input-error.ts';
import type { FromTrainer, ToPageTrainer, ToTrainer } from '../shared/trainer-protocol.ts';
import { imagesOf } from '../workbench/datasets/hand-over.ts';
import type { TrainerProcess } from '../workbench/host.ts';
import { GPU_PAGE } from './protocol.ts';
import { hide } from './windows.ts';

const trainers = new WeakMap<WebContents, (message: FromTrainer) => void>();

/** Only the pages of these windows may speak here. */
export function answerGpuWindows(): void {
  ipcMain.handle(gpuChannels.message, (event, message: FromTrainer) => {
    const receive = trainers.get(event.sender);
    if (!receive) throw new Error('unknown sender');
    receive(message);
  });
}

export function startGpuTrainer(): TrainerProcess {
  const window = new BrowserWindow({
    show: false,
    title: 'Capscope trainer',
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/gpu.cjs'), // eng-disable PRELOAD_JS_CHECK
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      backgroundThrottling: false,
    },
  });
  hide(window);
  const { webContents } = window;
  const listeners: ((message: FromTrainer) => void)[] = [];
  const ended = Promise.withResolvers<string>();
  const receive = (message: FromTrainer) => {
    for (const listener of listeners) listener(message);
  };
  trainers.set(webContents, receive);
  webContents.once('render-process-gone', (_event, { reason }) => ended.resolve(`the process of its window: ${reason}`));
  window.once('closed', () => ended.resolve('its window was closed'));

  /** Messages go one after the other, the first when the page is there. */
  let sent: Promise<void> = window.loadURL(GPU_PAGE);
  const send = async (message: ToTrainer): Promise<void> => {
    const task = await taskOf(message);
    if (!window.isDestroyed()) webContents.send(gpuChannels.task, task);
  };
  return {
    post: (message) => {
      sent = sent
        .then(() => send(message))
        .catch((error: unknown) => {
          const { message: text, stack = text } = error as Error;
          receive({ type: 'failed', message: error instanceof InputError ? text : stack });
        });
    },
    onMessage: (listener) => void listeners.push(listener),
    onExit: (listener) => void ended.promise.then(listener),
    kill: () => {
      if (!window.isDestroyed()) window.destroy();
    },
  };
}

/** The same task with the images themselves. */
async function taskOf(message: ToTrainer): Promise<ToPageTrainer> {
  if (message.type === 'stop' || message.type === 'kept' || message.type === 'question') return message;
  if (message.type === 'probe') return { type: 'probe', measure: message.measure };
  if (message.type === 'inside') return { type: 'inside', task: message.task };
  const { engine, ...task } = message;
  const dataset = await imagesOf(join(import.meta.dirname, 'images.js'), { ...message.dataset, resources: engine.resources });
  return { ...task, dataset };
}
