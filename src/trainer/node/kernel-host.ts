/** What the WebAssembly kernels need of Node: their compiled bytes and worker_threads. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { MAX_THREADS, type KernelHost, type KernelThread, type ThreadStart } from '../../engine/backends/wasm/pool.ts';

/** All that a thread does. A string, so that bundlers need not know of a file. */
const threadSource = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { module, memory, serve, failed } = workerData;
  try {
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    parentPort.postMessage('ready');
    instance.exports.serve(...serve);
  } catch (error) {
    Atomics.store(new Int32Array(memory.buffer), failed, 1);
    throw error;
  }
`;

/**
 * @param folder holds what scripts/build-kernels.mjs has compiled.
 * @param wantedHands see KernelHost; more threads than hands are not started, because they would find no work.
 */
export function nodeKernelHost(folder: URL, wanted = availableParallelism(), wantedHands = wanted): KernelHost {
  const hands = Math.min(MAX_THREADS, wantedHands);
  const threads = Math.min(hands, wanted);
  // Joins pairs of 128-bit operations into 256-bit ones: the kernels are written in such pairs. Does nothing where V8 has no such flag.
  setFlagsFromString('--experimental-wasm-revectorize');
  const bytes = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
  return { relaxed: bytes('relaxed.wasm'), plain: bytes('plain.wasm'), threads, hands, spawn };
}

function spawn(start: ThreadStart): Promise<KernelThread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(threadSource, { eval: true, workerData: start });
    worker.once('error', reject);
    worker.once('message', () => {
      worker.unref();
      resolve({ terminate: () => void worker.terminate() });
    });
  });
}
