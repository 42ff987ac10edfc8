/** Starting the fused kernel. Asynchronous to start, synchronous to use. */
import type { CapsuleKernel } from '../../capsules/kernels/kernel.ts';
import { wasmKernel } from '../../capsules/kernels/wasm/kernel.ts';
import { OwnMemory, type KernelMemory } from './memory.ts';
import { KernelPool, POOL_BYTES, type KernelHost } from './pool.ts';

export type StartedKernel = CapsuleKernel & { dispose(): void };

/** Starts the kernel's threads over `memory`, or over a memory of its own for backends other than tfjs's wasm. */
export async function startWasmKernel(host: KernelHost, memory: KernelMemory = new OwnMemory()): Promise<StartedKernel> {
  const pool = await KernelPool.start(host, memory.memory, memory.reserve(POOL_BYTES));
  return {
    ...wasmKernel(pool, memory),
    dispose: () => {
      pool.dispose();
    },
  };
}
