/** Starts an engine in a Node process: the terminal's, a test's, or Electron's utility process. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { useWasmBackend } from '../../engine/backends/wasm.ts';
import { BackendHeap } from '../../engine/capsules/kernels/wasm/memory.ts';
import { MAX_THREADS } from '../../engine/capsules/kernels/wasm/pool.ts';
import { startWasmKernel } from '../../engine/capsules/kernels/wasm/start.ts';
import type { Engine } from '../../engine/engine.ts';
import { nodeKernelHost } from './kernel-host.ts';
import { startWasmModule } from './wasm-module.ts';

const require = createRequire(import.meta.url);

export interface EngineOptions {
  engine: 'wasm';
  /** Defaults to all processors. */
  threads?: number;
  /** Folder with what scripts/build-kernels.mjs has compiled; a bundled program says where it is. */
  kernels?: URL;
}

/** Sets up the backend of this process. Call once per process. */
export async function startEngine({
  threads = availableParallelism(),
  kernels = new URL('../../../out/kernels/', import.meta.url),
}: EngineOptions): Promise<Engine> {
  const { module, heap, close } = await startWasmModule(threads);
  await useWasmBackend(module);
  const kernel = await startWasmKernel(nodeKernelHost(kernels, Math.min(threads, MAX_THREADS)), new BackendHeap(heap));
  const { version } = require('@tensorflow/tfjs-core/package.json') as { version: string };
  return {
    name: 'wasm',
    description: `WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${kernel.name} capsule kernel`,
    threads,
    versions: { node: process.versions.node, tfjs: version },
    kernel,
    dispose: () => {
      kernel.dispose();
      close();
    },
  };
}
