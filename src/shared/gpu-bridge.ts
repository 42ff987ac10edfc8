/** The bridge between the main process and the hidden window that computes on the graphics card. Apart from bridge.ts, so that each preload script is one file. */
import type { FromTrainer, ToPageTrainer } from './trainer-protocol.ts';

/** A task to the window, and what its trainer says. */
export const gpuChannels = { task: 'capscope:gpu-task', message: 'capscope:gpu-message' } as const;

/** `window.trainer` in the hidden window. */
export interface GpuBridge {
  /** Resolves when the main process has it. */
  post: (message: FromTrainer) => Promise<void>;
  listen: (listener: (message: ToPageTrainer) => void) => void;
}
