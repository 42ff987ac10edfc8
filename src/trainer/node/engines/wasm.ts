/** The engine `wasm` in a Node process: TensorFlow.js on WebAssembly, and our kernels on threads over its heap. */
import { createRequire } from 'node:module';
import { useWasmBackend } from '../../../engine/backends/wasm/engine.ts';
import { BackendHeap } from '../../../engine/backends/wasm/memory.ts';
import { startWasmKernels } from '../../../engine/backends/wasm/start.ts';
import type { Engine } from '../../../engine/engine.ts';
import { nodeKernelHost } from '../kernel-host.ts';
import { startWasmModule } from '../wasm-module.ts';
import type { StartOptions } from './module.ts';

// Not `require`: the bundler puts a variable of that name into the same module.
const packaged = createRequire(import.meta.url);

export async function start({ threads: wanted, hands, kernels: compiled }: StartOptions): Promise<Engine> {
  const { module, heap } = await startWasmModule();
  await useWasmBackend(module);
  const host = nodeKernelHost(compiled, wanted, hands);
  const { threads } = host;
  const kernels = await startWasmKernels(host, new BackendHeap(heap));
  const { version } = packaged('@tensorflow/tfjs-core/package.json') as { version: string };
  const counted = `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return {
    name: 'wasm',
    device: { kind: 'cpu', name: counted },
    description: `WebAssembly SIMD, ${counted}, ${kernels.capsules.name} kernels`,
    threads,
    versions: { node: process.versions.node, tfjs: version },
    kernels,
    readInterval: 1,
    dispose: () => kernels.dispose(),
  };
}
