/** Lets the test talk to a trainer in a Worker, which it can only do in JSON: typed arrays become lists and back. */
import type { FromTrainer, ToPageTrainer } from '../../../src/shared/trainer-protocol.ts';
import type { SplitAsJson } from './messages.ts';

const bytes = (list: number[] | null) => list && Uint8Array.from(list);

globalThis.trainInPage = (job, { train, test, ...facts }, checkpoint, stopAfter) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('../../../src/trainer/page/trainer.ts', import.meta.url), { type: 'module' });
    const messages: unknown[] = [];
    const split = ({ images, labels }: SplitAsJson) => ({ images: Uint8Array.from(images), labels: Uint16Array.from(labels) });
    const dataset = { ...facts, train: split(train), test: split(test) };
    const post = (message: ToPageTrainer, transfer: Transferable[] = []) => {
      worker.postMessage(message, transfer);
    };
    worker.onerror = (event) => {
      reject(new Error(event.message));
    };
    let epochs = 0;
    worker.onmessage = ({ data }: MessageEvent<FromTrainer>) => {
      messages.push(JSON.parse(JSON.stringify(data, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value))));
      if (data.type === 'epoch') post({ type: (epochs += 1) === stopAfter ? 'stop' : 'kept' });
      if (!['finished', 'stopped', 'failed'].includes(data.type)) return;
      worker.terminate();
      resolve(messages);
    };
    const run = { ...job, parent: null, checkpoint: bytes(checkpoint) } as Extract<ToPageTrainer, { type: 'run' }>['job'];
    post({ type: 'run', job: run, dataset }, [dataset.train.images.buffer, dataset.test.images.buffer]);
    if (dataset.train.images.byteLength > 0) reject(new Error('The images were copied.'));
  });
