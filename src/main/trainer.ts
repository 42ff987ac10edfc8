/** A trainer in Electron. */
import { utilityProcess } from 'electron';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { EngineName } from '../shared/engines.ts';
import type { FromTrainer } from '../shared/trainer-protocol.ts';
import type { TrainerProcess } from '../workbench/host.ts';
import { exitReason, lastWords } from '../workbench/last-words.ts';
import { startGpuTrainer } from './gpu-window.ts';

/** WebGPU computes in a hidden window, everything else in a utility process. */
export function startTrainer(engine: EngineName): TrainerProcess {
  if (engine === 'webgpu') return startGpuTrainer();
  const child = utilityProcess.fork(join(import.meta.dirname, 'trainer.js'), [], {
    serviceName: 'Capscope trainer',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const words = lastWords(child.stderr as Readable | null);
  return {
    post: (message) => child.postMessage(message),
    onMessage: (listener) => void child.on('message', (message: FromTrainer) => listener(message)),
    onExit: (listener) => void child.once('exit', (code) => listener(exitReason(`exit code ${code}`, words()))),
    kill: () => void child.kill(),
  };
}
