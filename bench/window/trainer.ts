/** Stands in for a trainer: a curve of many points, then a new one four times a second, as from training. */
import type { FromTrainer } from '../../src/shared/trainer-protocol.ts';
import type { TrainerProcess } from '../../src/workbench/host.ts';

const steps = 100;

/** @param begin the points are there at once when it resolves; no page should be open then, for which they would be 10,000 events. */
export function startScriptedTrainer(points: number, begin: Promise<void>): TrainerProcess {
  const listeners: ((message: FromTrainer) => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  let count = 0;
  const post = (message: FromTrainer) => {
    for (const listener of listeners) listener(message);
  };
  const step = () => {
    count++;
    const values = { loss: 0.1 + Math.exp(-count / 3000) + 0.05 * Math.sin(count), accuracy: 1 - Math.exp(-count / 3000) };
    const epoch = Math.ceil(count / steps);
    post({
      type: 'step',
      point: { step: count, epoch: count / steps, imagesPerSecond: 80 + 5 * Math.sin(count), ...values },
      progress: { epoch, epochs: 1000, step: count - (epoch - 1) * steps, steps, imagesPerSecond: 80, secondsLeft: 60, ...values },
    });
  };
  return {
    post: (message) => {
      if (message.type === 'stop') {
        clearInterval(timer);
        setImmediate(() => post({ type: 'stopped', checkpoint: null }));
        return;
      }
      if (message.type !== 'run') {
        setImmediate(() => post({ type: 'failed', message: 'nothing computes here' }));
        return;
      }
      void begin.then(() => {
        post({ type: 'stage', stage: 'training' });
        while (count < points) step();
        timer = setInterval(step, 250);
      });
    },
    onMessage: (listener) => void listeners.push(listener),
    onExit: () => undefined,
    kill: () => clearInterval(timer),
  };
}
