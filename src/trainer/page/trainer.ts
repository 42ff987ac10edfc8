/**
 * A trainer in a page: a Worker that does one task on the page's WebGPU and speaks as a trainer process does. It has a loop
 * of its own, so that it computes in a hidden window as in a visible one. Files it cannot read: the images come with the task.
 */
import * as tf from '@tensorflow/tfjs-core';
import { useWebgpuBackend } from '../../engine/backends/webgpu/engine.ts';
import type { Engine } from '../../engine/engine.ts';
import { InputError } from '../../shared/input-error.ts';
import type { FromTrainer, ToPageTrainer } from '../../shared/trainer-protocol.ts';
import { Orders } from '../orders.ts';
import { perform, type Task } from '../task.ts';

const orders = new Orders();

addEventListener('message', ({ data: message }: MessageEvent<ToPageTrainer>) => {
  if (message.type === 'stop' || message.type === 'kept' || message.type === 'question') orders.take(message);
  else
    void perform(taskOf(message), {
      ...memory(),
      engine: 'webgpu',
      startEngine,
      shouldStop: () => orders.stopRequested,
      kept: () => orders.kept(),
      nextQuestion: () => orders.nextQuestion(),
      preparedFile: () => Promise.reject(new InputError('a page reads no files')),
      now,
      post,
    });
});

function taskOf(message: Exclude<ToPageTrainer, { type: 'stop' | 'kept' | 'question' }>): Task {
  return message.type === 'probe' || message.type === 'inside' ? message : { ...message, dataset: () => Promise.resolve(message.dataset) };
}

const now = () => performance.now();

/** Files are handed over, not copied. */
function post(message: FromTrainer): void {
  postMessage(message, { transfer: filesOf(message).map(({ buffer }) => buffer as ArrayBuffer) });
}

function filesOf(message: FromTrainer): Uint8Array[] {
  if (message.type === 'finished') return [message.finished.weights, message.finished.activity];
  if ((message.type === 'epoch' || message.type === 'stopped') && message.checkpoint) return [message.checkpoint];
  return [];
}

/** A page does not know what memory it takes; it knows what it holds on the graphics card. */
function memory(): { sample: () => void; peakMemory: () => number } {
  let peak = 0;
  const sample = () => {
    peak = Math.max(peak, (tf.memory() as { numBytesAllocatedInGPU?: number }).numBytesAllocatedInGPU ?? 0);
  };
  return {
    sample,
    peakMemory: () => {
      sample();
      return peak;
    },
  };
}

async function startEngine(): Promise<Engine> {
  // Not there in old browsers.
  const { gpu } = navigator as { gpu?: GPU };
  if (!gpu) throw new InputError('this browser has no WebGPU');
  const browser = /(?:Chrome|Firefox|Version)\/[\d.]+/.exec(navigator.userAgent)?.[0] ?? 'unknown';
  return { ...(await useWebgpuBackend(gpu)), versions: { tfjs: tf.version_core, browser } };
}
