/** A trainer as a Node child process. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromTrainer } from '../shared/trainer-protocol.ts';
import type { TrainerProcess } from '../workbench/host.ts';

const entry = fileURLToPath(new URL('../trainer/node/process.ts', import.meta.url));

/** How much of what a dying process writes is kept for the message. */
const maxTail = 2000;

export function startTrainer(): TrainerProcess {
  const child = fork(entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let tail = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-maxTail)));
  return {
    post: (message) => {
      // One that is just dying takes no more messages; its exit says the rest.
      if (child.connected) child.send(message, () => undefined);
    },
    onMessage: (listener) => void child.on('message', (message) => listener(message as FromTrainer)),
    onExit: (listener) =>
      void child.once('close', (code, signal) => {
        const last = tail.trim().split('\n').at(-1) ?? '';
        listener([signal ? `signal ${signal}` : `exit code ${code ?? 0}`, last].filter(Boolean).join(': '));
      }),
    kill: () => void child.kill('SIGKILL'),
  };
}
