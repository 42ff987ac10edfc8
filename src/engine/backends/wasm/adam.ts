/** Adam on the threads of the pool, in place: one job for all parameters. */
import type { AdamKernel } from '../../ops/kernels.ts';
import type { BackendHeap } from './memory.ts';
import { floatBits, Operation, type KernelPool } from './pool.ts';

/** Words of a parameter, and bytes of scratch for its last few values; see assembly/adam.ts. */
const PARAMETER_WORDS = 5;
const REST_BYTES = 64;

/** `pool` must run over the memory of `heap`, in which the variables lie. */
export function wasmAdam(pool: KernelPool, heap: BackendHeap): AdamKernel {
  return {
    update(parameters, { beta1, beta2, stepSize, correction, epsilon, weightDecay }) {
      heap.begin();
      const table = parameters.flatMap(({ parameter, first, second, gradient }) => [
        ...[parameter, first, second, gradient].map((tensor) => heap.input(tensor)),
        parameter.size,
      ]);
      const scratch = heap.scratch(REST_BYTES + 4 * PARAMETER_WORDS * parameters.length);
      new Uint32Array(heap.memory.buffer, scratch + REST_BYTES, table.length).set(table);
      const settings = [beta1, 1 - beta1, beta2, 1 - beta2, stepSize, correction, epsilon, weightDecay].map(floatBits);
      pool.run([Operation.adam, ...settings, parameters.length, scratch + REST_BYTES, scratch]);
    },
  };
}
