/** Starts an engine in a Node process: the terminal's, a test's, or Electron's utility process. */
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { useWasmBackend } from '../../engine/backends/wasm.ts';
import { referenceKernel } from '../../engine/capsules/kernels/reference.ts';
import type { Engine } from '../../engine/engine.ts';
import { startWasmModule } from './wasm-module.ts';

const require = createRequire(import.meta.url);

export interface EngineOptions {
  engine: 'wasm';
  /** Defaults to all processors. */
  threads?: number;
}

/** Sets up the backend of this process. Call once per process. */
export async function startEngine({ threads = availableParallelism() }: EngineOptions): Promise<Engine> {
  const { module, close } = await startWasmModule(threads);
  await useWasmBackend(module);
  const { version } = require('@tensorflow/tfjs-core/package.json') as { version: string };
  return {
    name: 'wasm',
    description: `WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${referenceKernel.name} capsule kernel`,
    threads,
    versions: { node: process.versions.node, tfjs: version },
    kernel: referenceKernel,
    dispose: close,
  };
}
