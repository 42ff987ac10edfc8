/**
 * What the WebAssembly kernels need of a page: their compiled bytes and Workers. The page must be cross-origin isolated,
 * and the kernels be started in a Worker of their own: a page's own thread may not wait for the others.
 */
import { MAX_THREADS, type KernelHost, type KernelThread, type ThreadStart } from '../../../src/engine/backends/wasm/pool.ts';

/** `folder` holds what scripts/build-kernels.mjs has compiled. */
export async function pageKernelHost(folder: URL, threads = Math.min(MAX_THREADS, navigator.hardwareConcurrency)): Promise<KernelHost> {
  const bytes = async (name: string) => {
    const response = await fetch(new URL(name, folder));
    if (!response.ok) throw new Error(`The kernels' ${name} could not be read: ${response.status} ${response.statusText}.`);
    return new Uint8Array(await response.arrayBuffer());
  };
  const [relaxed, plain] = await Promise.all([bytes('relaxed.wasm'), bytes('plain.wasm')]);
  return { relaxed, plain, threads, spawn };
}

function spawn(start: ThreadStart): Promise<KernelThread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./kernel-thread.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('error', (event) => {
      reject(new Error(event.message));
    });
    worker.addEventListener('message', () => {
      resolve({
        terminate: () => {
          worker.terminate();
        },
      });
    });
    worker.postMessage(start);
  });
}
