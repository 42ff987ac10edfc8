/** A trainer as a Node child process. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromTrainer } from '../shared/trainer-protocol.ts';
import type { TrainerProcess } from '../workbench/host.ts';
import { exitReason, lastWords } from '../workbench/last-words.ts';

const entry = fileURLToPath(new URL('../trainer/node/process.ts', import.meta.url));

export function startTrainer(): TrainerProcess {
  const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
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
