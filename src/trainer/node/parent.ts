/** The line to the process that started this one: Electron's parentPort in a utility process, Node's IPC channel otherwise. */
import type { FromTrainer, ToTrainer } from '../../shared/trainer-protocol.ts';

export interface Parent {
  post: (message: FromTrainer) => void;
  onMessage: (listener: (message: ToTrainer) => void) => void;
}

/** The part of Electron's process.parentPort that is used; Electron's own types belong to other rooms. */
interface ParentPort {
  postMessage: (message: unknown) => void;
  on: (event: 'message', listener: (event: { data: unknown }) => void) => void;
}

export function parentOf(process: Omit<NodeJS.Process, 'parentPort'> & { parentPort?: ParentPort }): Parent {
  const port = process.parentPort;
  if (port)
    return {
      post: (message) => port.postMessage(message),
      onMessage: (listener) => port.on('message', ({ data }) => listener(data as ToTrainer)),
    };
  // Without the workbench there is nobody to keep the results.
  process.on('disconnect', () => process.exit());
  return {
    // Small pieces leave, in order, each time that the event loop turns.
    post: (message) => void process.send!(message, () => undefined),
    onMessage: (listener) => void process.on('message', (message) => listener(message as ToTrainer)),
  };
}
