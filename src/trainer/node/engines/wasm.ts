/** The engine `wasm` in a Node process: TensorFlow.js on WebAssembly with threads, and the fused capsule kernel in its heap. */
import { createRequire } from 'node:module';
import { useWasmBackend } from '../../../engine/backends/wasm.ts';
import { BackendHeap } from '../../../engine/kernels/wasm/memory.ts';
import { MAX_THREADS } from '../../../engine/kernels/wasm/pool.ts';
import { startWasmKernel } from '../../../engine/kernels/wasm/start.ts';
import type { Engine } from '../../../engine/engine.ts';
import { referenceKernels } from '../../../engine/kernels/reference.ts';
import { nodeKernelHost } from '../kernel-host.ts';
import { startWasmModule } from '../wasm-module.ts';
import type { StartOptions } from './module.ts';

// Not `require`: the bundler puts a variable of that name into the same module.
const packaged = createRequire(import.meta.url);

export async function start({ threads, kernels }: StartOptions): Promise<Engine> {
  const { module, heap, close } = await startWasmModule(threads);
  await useWasmBackend(module);
  const kernel = await startWasmKernel(nodeKernelHost(kernels, Math.min(threads, MAX_THREADS)), new BackendHeap(heap));
  const { version } = packaged('@tensorflow/tfjs-core/package.json') as { version: string };
  const counted = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return {
    name: 'wasm',
    device: { kind: 'cpu', name: counted },
    description: `WebAssembly SIMD, ${counted}, ${kernel.name} capsule kernel`,
    threads,
    versions: { node: process.versions.node, tfjs: version },
    kernels: { ...referenceKernels, capsules: kernel },
    readInterval: 1,
    dispose: () => {
      kernel.dispose();
      close();
    },
  };
}
