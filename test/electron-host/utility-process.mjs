/** Electron's utilityProcess: a forked Node. */
import { fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';

const register = fileURLToPath(new URL('./register.mjs', import.meta.url));
/** By the service's name. */
const children = new Map();

export const utilityProcess = {
  fork(file, args = [], { env = process.env, stdio = 'inherit', execArgv = [], serviceName = '' } = {}) {
    const child = fork(file, args, {
      serialization: 'advanced',
      stdio: [...(Array.isArray(stdio) ? stdio : new Array(3).fill(stdio)), 'ipc'],
      env: { ...env, STAND_IN_UTILITY: '1' },
      execArgv: [...execArgv, '--import', register],
    });
    const utility = Object.assign(new EventEmitter(), {
      get pid() {
        return child.pid;
      },
      stdout: child.stdout,
      stderr: child.stderr,
      kill: () => child.kill(),
      postMessage: (data) => child.connected && child.send(data, () => undefined),
    });
    children.set(child, serviceName);
    child.on('spawn', () => utility.emit('spawn'));
    child.on('message', (data) => utility.emit('message', data));
    child.on('exit', (code) => {
      children.delete(child);
      utility.emit('exit', code ?? 0);
    });
    return utility;
  },
};

export function killChildren() {
  for (const child of children.keys()) child.kill('SIGKILL');
}

/** As app.getAppMetrics() lists them. */
export const childProcesses = () => [...children].map(([{ pid }, name]) => ({ type: 'Utility', name, pid }));
