/** Starting the kernels on threads. Asynchronous to start, synchronous to use. */
import type { CapsuleKernel } from '../../ops/capsule-kernel.ts';
import { wasmKernel } from './capsules/kernel.ts';
import type { Kernels } from '../../ops/kernels.ts';
import { wasmAdam } from './adam.ts';
import { wasmBatchNorm } from './batch-norm.ts';
import { wasmConvolution } from './convolution.ts';
import { OwnMemory, type BackendHeap, type KernelMemory } from './memory.ts';
import { KernelPool, POOL_BYTES, type KernelHost } from './pool.ts';
import { registerKernels } from './register.ts';
import { wasmSquash } from './squash.ts';

export type StartedKernel = CapsuleKernel & { dispose(): void };
export type StartedKernels = Kernels & { dispose(): void };

const startPool = (host: KernelHost, memory: KernelMemory) => KernelPool.start(host, memory.memory, memory.reserve(POOL_BYTES));

/** The capsule kernel alone, over a memory of its own: for backends other than tfjs's wasm. */
export async function startWasmKernel(host: KernelHost): Promise<StartedKernel> {
  const memory = new OwnMemory();
  const pool = await startPool(host, memory);
  return { ...wasmKernel(pool, memory), dispose: () => pool.dispose() };
}

/** All kernels, over the heap of tfjs's wasm backend, some of whose own they replace. */
export async function startWasmKernels(host: KernelHost, heap: BackendHeap): Promise<StartedKernels> {
  const pool = await startPool(host, heap);
  registerKernels(wasmConvolution(pool, heap));
  return {
    capsules: wasmKernel(pool, heap),
    squash: wasmSquash(pool, heap),
    batchNorm: wasmBatchNorm(pool, heap),
    adam: wasmAdam(pool, heap),
    dispose: () => pool.dispose(),
  };
}
