/** The backends on which the network is tested: `wasm` is an engine that trains, tfjs's plain `cpu` is a second opinion. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../src/engine/engine.ts';
import type { Kernels } from '../../src/engine/ops/kernels.ts';
import { referenceKernels } from '../../src/engine/backends/reference/kernels.ts';
import { startEngine } from '../../src/trainer/node/engine.ts';

export const backends = ['wasm', 'cpu'] as const;
export type Backend = (typeof backends)[number];

let wasm: Engine | undefined;

/** Makes `backend` the current one and returns the kernels that go with it. */
export async function useBackend(backend: Backend): Promise<Kernels> {
  if (backend === 'cpu') {
    await tf.setBackend('cpu');
    return referenceKernels;
  }
  wasm ??= await startEngine({ engine: 'wasm', threads: 1 });
  await tf.setBackend('wasm');
  return wasm.kernels;
}

/** Ends what useBackend has started. */
export function closeBackends(): void {
  wasm?.dispose();
  wasm = undefined;
}
