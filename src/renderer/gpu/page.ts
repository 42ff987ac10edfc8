/** The hidden window's page: hands tasks to a trainer in a Worker, whose loop no hidden page slows down, and its messages back. */
import type { GpuBridge } from '../../shared/gpu-bridge.ts';
import type { FromTrainer } from '../../shared/trainer-protocol.ts';

const { trainer } = window as unknown as { trainer: GpuBridge };
const worker = new Worker(new URL('../../trainer/page/trainer.ts', import.meta.url), { type: 'module' });

trainer.listen((message) => {
  // Images are large: they are moved to the Worker.
  const images = 'dataset' in message ? [message.dataset.train.images.buffer, message.dataset.test.images.buffer] : [];
  worker.postMessage(message, images as Transferable[]);
});
worker.onmessage = ({ data }: MessageEvent<FromTrainer>) => void trainer.post(data);
worker.onerror = (event) => void trainer.post({ type: 'failed', message: `the trainer in the window failed: ${event.message}` });
