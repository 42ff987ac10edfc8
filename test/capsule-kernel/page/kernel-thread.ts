/** All that a thread of the kernels does in a page. */
import type { ThreadStart } from '../../../src/engine/backends/wasm/pool.ts';

interface Exports {
  serve(...args: ThreadStart['serve']): void;
}

addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => {
  const { module, memory, serve, failed } = data;
  try {
    const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
    postMessage('ready');
    exports.serve(...serve);
  } catch (error) {
    Atomics.store(new Int32Array(memory.buffer), failed, 1);
    throw error;
  }
});
