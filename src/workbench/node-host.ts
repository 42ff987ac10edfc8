/** What hosts in plain Node have in common, the server of browser mode and the terminal: where things lie, and trainers as child processes. */
import { execFile, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FromTrainer } from '../shared/trainer-protocol.ts';
import { tensorflowFolder } from '../store/location.ts';
import type { Host, TrainerProcess } from './host.ts';
import { exitReason, lastWords } from './last-words.ts';

/** @param path from the root of the project. */
export const here = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const trainer = here('src/trainer/node/process.ts');

export function startTrainer(): TrainerProcess {
  const child = fork(trainer, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const words = lastWords(child.stderr);
  return {
    post: (message) => {
      // One that is just dying takes no more messages; its exit says the rest.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromTrainer)),
    onExit: (listener) =>
      void child.once('close', (code, signal) => listener(exitReason(signal ? `signal ${signal}` : `exit code ${code ?? 0}`, words()))),
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Built from its sources first, should these have changed since. */
export async function reportPage(): Promise<string> {
  await promisify(execFile)(process.execPath, [here('scripts/build-report.mjs')]);
  return readFile(here('out/report/page.html'), 'utf8');
}

export const folders = (): Pick<Host, 'resources' | 'kernels' | 'tensorflow'> => ({
  resources: here('resources'),
  kernels: here('out/kernels'),
  tensorflow: tensorflowFolder(),
});
